// librdkafka, the client library of Kafka, found when it is first wanted: edges that send nothing there run where it is not
// installed. Few of its functions stand here, as one producer that sends a batch and waits for it.
#pragma once

#include <stddef.h>

// Finds the library, the first time; from any thread. NULL when it is there, or why not, in words of the system's loader.
// No other function here may be called before this has said that it is there.
const char *ckafka_load(void);

typedef struct ckafka ckafka;

// Whether a socket address may be connected to; called on threads of the library.
typedef int (*ckafka_permit)(void *context, const void *address, int length);

// Makes a producer of the settings `names` and `values`, by the library's own names. NULL with the reason in `problem`.
// `permit` and `context` must live until it is closed.
ckafka *ckafka_open(const char *const *names, const char *const *values, int count, ckafka_permit permit, void *context,
                    char *problem, size_t size);

// Sends `count` messages to a topic and waits until each has arrived or has failed, which the setting message.timeout.ms
// bounds. One call at a time.
//
// 0 when all have arrived. 1 when one has not, and may later; 2 when one never will as it is. The reason is in `problem`.
int ckafka_send(ckafka *producer, const char *topic, const char *const *keys, const char *const *bodies,
                const size_t *lengths, int count, char *problem, size_t size);

// What has not arrived is let go.
void ckafka_close(ckafka *producer);

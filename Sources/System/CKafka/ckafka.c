#include "ckafka.h"

#include <dlfcn.h>
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Each function of librdkafka that is used: what it returns, its name, its parameters, and their names. A declaration that
// differs from that of rdkafka.h does not compile.
#define FUNCTIONS(F)                                                                                                  \
    F(rd_kafka_conf_t *, rd_kafka_conf_new, (void), ())                                                               \
    F(void, rd_kafka_conf_destroy, (rd_kafka_conf_t * conf), (conf))                                                  \
    F(rd_kafka_conf_res_t, rd_kafka_conf_set,                                                                         \
      (rd_kafka_conf_t * conf, const char *name, const char *value, char *problem, size_t size),                      \
      (conf, name, value, problem, size))                                                                             \
    F(void, rd_kafka_conf_set_dr_msg_cb,                                                                              \
      (rd_kafka_conf_t * conf, void (*report)(rd_kafka_t *, const rd_kafka_message_t *, void *)), (conf, report))     \
    F(void, rd_kafka_conf_set_connect_cb,                                                                             \
      (rd_kafka_conf_t * conf, int (*connect)(int, const struct sockaddr *, int, const char *, void *)),              \
      (conf, connect))                                                                                                \
    F(void, rd_kafka_conf_set_log_cb,                                                                                 \
      (rd_kafka_conf_t * conf, void (*log)(const rd_kafka_t *, int, const char *, const char *)), (conf, log))        \
    F(void, rd_kafka_conf_set_opaque, (rd_kafka_conf_t * conf, void *opaque), (conf, opaque))                         \
    F(rd_kafka_t *, rd_kafka_new, (rd_kafka_type_t type, rd_kafka_conf_t *conf, char *problem, size_t size),          \
      (type, conf, problem, size))                                                                                    \
    F(void, rd_kafka_destroy, (rd_kafka_t * client), (client))                                                        \
    F(rd_kafka_topic_t *, rd_kafka_topic_new,                                                                         \
      (rd_kafka_t * client, const char *topic, rd_kafka_topic_conf_t *conf), (client, topic, conf))                   \
    F(void, rd_kafka_topic_destroy, (rd_kafka_topic_t * topic), (topic))                                              \
    F(int, rd_kafka_produce,                                                                                          \
      (rd_kafka_topic_t * topic, int32_t partition, int flags, void *body, size_t length, const void *key,            \
       size_t keyLength, void *opaque),                                                                               \
      (topic, partition, flags, body, length, key, keyLength, opaque))                                                \
    F(int, rd_kafka_poll, (rd_kafka_t * client, int milliseconds), (client, milliseconds))                            \
    F(rd_kafka_resp_err_t, rd_kafka_purge, (rd_kafka_t * client, int flags), (client, flags))                         \
    F(rd_kafka_resp_err_t, rd_kafka_last_error, (void), ())                                                           \
    F(const char *, rd_kafka_err2str, (rd_kafka_resp_err_t error), (error))

#define DECLARE(result, name, parameters, names) static result(*found_##name) parameters;
FUNCTIONS(DECLARE)

// The declarations of the header and those above are the same, or this does not compile.
#define COMPARE(result, name, parameters, names)                                                                      \
    _Static_assert(__builtin_types_compatible_p(__typeof__(&name), __typeof__(found_##name)), #name);
FUNCTIONS(COMPARE)

static char problem_of_library[256];

static void load(void) {
    void *library = dlopen("librdkafka.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(problem_of_library, sizeof problem_of_library, "%s", dlerror());
        return;
    }
#define FIND(result, name, parameters, names)                                                                         \
    found_##name = (result(*) parameters)dlsym(library, #name);                                                       \
    if (found_##name == NULL) {                                                                                       \
        snprintf(problem_of_library, sizeof problem_of_library, "librdkafka.so.1 has no " #name);                     \
        return;                                                                                                       \
    }
    FUNCTIONS(FIND)
}

const char *ckafka_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return problem_of_library[0] == 0 ? NULL : problem_of_library;
}

struct ckafka {
    rd_kafka_t *client;
    ckafka_permit permit;
    void *context;
    // Of the batch that is under way; touched by whoever sends, in whose calls reports come.
    int outstanding;
    rd_kafka_resp_err_t error;
};

// What will be no better the next time.
static int is_lasting(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
           error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE || error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

static void note(ckafka *producer, rd_kafka_resp_err_t error) {
    // What lasts counts before what may pass.
    if (producer->error == RD_KAFKA_RESP_ERR_NO_ERROR || is_lasting(error)) producer->error = error;
}

static void report(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client;
    ckafka *producer = opaque;
    producer->outstanding--;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) note(producer, message->err);
}

static int connect_if_permitted(int socket, const struct sockaddr *address, int length, const char *id, void *opaque) {
    (void)id;
    ckafka *producer = opaque;
    if (!producer->permit(producer->context, address, length)) return EACCES;
    if (connect(socket, address, (socklen_t)length) == 0 || errno == EINPROGRESS) return 0;
    return errno;
}

// It would write to standard error; what matters comes as errors.
static void be_silent(const rd_kafka_t *client, int level, const char *facility, const char *text) {
    (void)client, (void)level, (void)facility, (void)text;
}

ckafka *ckafka_open(const char *const *names, const char *const *values, int count, ckafka_permit permit, void *context,
                    char *problem, size_t size) {
    ckafka *producer = calloc(1, sizeof *producer);
    rd_kafka_conf_t *conf = found_rd_kafka_conf_new();
    if (producer == NULL || conf == NULL) abort();
    producer->permit = permit;
    producer->context = context;
    for (int index = 0; index < count; index++) {
        if (found_rd_kafka_conf_set(conf, names[index], values[index], problem, size) == RD_KAFKA_CONF_OK) continue;
        found_rd_kafka_conf_destroy(conf);
        free(producer);
        return NULL;
    }
    found_rd_kafka_conf_set_dr_msg_cb(conf, report);
    found_rd_kafka_conf_set_connect_cb(conf, connect_if_permitted);
    found_rd_kafka_conf_set_log_cb(conf, be_silent);
    found_rd_kafka_conf_set_opaque(conf, producer);
    producer->client = found_rd_kafka_new(RD_KAFKA_PRODUCER, conf, problem, size);
    if (producer->client == NULL) {
        found_rd_kafka_conf_destroy(conf);
        free(producer);
        return NULL;
    }
    return producer;
}

int ckafka_send(ckafka *producer, const char *topic, const char *const *keys, const char *const *bodies,
                const size_t *lengths, int count, char *problem, size_t size) {
    rd_kafka_topic_t *place = found_rd_kafka_topic_new(producer->client, topic, NULL);
    if (place == NULL) {
        snprintf(problem, size, "%s", found_rd_kafka_err2str(found_rd_kafka_last_error()));
        return 1;
    }
    producer->outstanding = 0;
    producer->error = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int index = 0; index < count; index++) {
        // Copied: it may be held beyond this call when it fails.
        int code = found_rd_kafka_produce(place, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, (void *)bodies[index],
                                          lengths[index], keys[index], strlen(keys[index]), NULL);
        if (code == 0) {
            producer->outstanding++;
            found_rd_kafka_poll(producer->client, 0);
        } else {
            note(producer, found_rd_kafka_last_error());
        }
    }
    while (producer->outstanding > 0) found_rd_kafka_poll(producer->client, 100);
    found_rd_kafka_topic_destroy(place);
    if (producer->error == RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
    snprintf(problem, size, "%s", found_rd_kafka_err2str(producer->error));
    return is_lasting(producer->error) ? 2 : 1;
}

void ckafka_close(ckafka *producer) {
    found_rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (producer->outstanding > 0) found_rd_kafka_poll(producer->client, 10);
    found_rd_kafka_destroy(producer->client);
    free(producer);
}

// libssh, found when it is first wanted: edges without an SSH listener run where it is not installed, and don't carry it
// and what it stands on (OpenSSL, Kerberos) in their memory.
#pragma once

#include <libssh/libssh.h>
#include <libssh/callbacks.h>
#include <libssh/server.h>

// Finds the library, the first time; from any thread. NULL when it is there, or why not, in words of the system's loader.
// No other function of libssh may be called before this has said that it is there.
const char *clibssh_load(void);

// What becomes of the client's messages is said within `message`, after whose return they are gone. Authentication by
// GSSAPI, which libssh would else do by itself with whatever the machine's Kerberos allows, is refused.
int clibssh_receive(ssh_session session, int (*message)(ssh_session, ssh_message, void *), void *userdata);

// What a message of authentication holds. The first two are the message's own.
const char *clibssh_password(ssh_message message);
ssh_key clibssh_public_key(ssh_message message);
enum ssh_publickey_state_e clibssh_public_key_state(ssh_message message);

// How a channel tells what comes in; to be kept until the channel has been freed or has forgotten them.
ssh_channel_callbacks clibssh_channel_callbacks(ssh_channel_data_callback data, ssh_channel_eof_callback eof,
                                                ssh_channel_close_callback close, void *userdata);
void clibssh_free_channel_callbacks(ssh_channel_callbacks callbacks);

// Tells the client something while it has not been let in yet.
int clibssh_send_banner(ssh_session session, const char *text);

// Two connected sockets that don't block: the second for libssh, which closes it.
int clibssh_socket_pair(int descriptors[2]);
// As send and recv, that never raise a signal. -1 with errno EAGAIN where there is nothing to do.
ssize_t clibssh_send(int descriptor, const void *bytes, size_t count);
ssize_t clibssh_receive_bytes(int descriptor, void *bytes, size_t count);
// Bytes that libssh has written and nobody has received yet; -1 where it has closed its end, and none are left.
int clibssh_readable(int descriptor);
// Whether libssh has not read all of what was sent into `descriptor`: 0 when it has.
int clibssh_unread(int descriptor);

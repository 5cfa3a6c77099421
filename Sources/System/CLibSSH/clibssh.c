#include "clibssh.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// Each function of libssh that is used: what it returns, its name, its parameters, and their names. A declaration that
// differs from those of its headers does not compile.
#define FUNCTIONS(F)                                                                                                  \
    F(int, ssh_bind_accept_fd, (ssh_bind bind, ssh_session session, socket_t fd), (bind, session, fd))                \
    F(void, ssh_bind_free, (ssh_bind bind), (bind))                                                                   \
    F(ssh_bind, ssh_bind_new, (void), ())                                                                             \
    F(int, ssh_bind_options_set, (ssh_bind bind, enum ssh_bind_options_e type, const void *value),                    \
      (bind, type, value))                                                                                            \
    F(int, ssh_blocking_flush, (ssh_session session, int timeout), (session, timeout))                                \
    F(int, ssh_channel_close, (ssh_channel channel), (channel))                                                       \
    F(void, ssh_channel_free, (ssh_channel channel), (channel))                                                       \
    F(int, ssh_channel_is_open, (ssh_channel channel), (channel))                                                     \
    F(ssh_channel, ssh_channel_new, (ssh_session session), (session))                                                 \
    F(int, ssh_channel_open_reverse_forward,                                                                          \
      (ssh_channel channel, const char *remotehost, int remoteport, const char *sourcehost, int localport),           \
      (channel, remotehost, remoteport, sourcehost, localport))                                                       \
    F(int, ssh_channel_read_nonblocking, (ssh_channel channel, void *dest, uint32_t count, int is_stderr),            \
      (channel, dest, count, is_stderr))                                                                              \
    F(int, ssh_channel_request_send_exit_status, (ssh_channel channel, int status), (channel, status))                \
    F(int, ssh_channel_send_eof, (ssh_channel channel), (channel))                                                    \
    F(uint32_t, ssh_channel_window_size, (ssh_channel channel), (channel))                                            \
    F(int, ssh_channel_write, (ssh_channel channel, const void *data, uint32_t len), (channel, data, len))            \
    F(int, ssh_channel_write_stderr, (ssh_channel channel, const void *data, uint32_t len), (channel, data, len))     \
    F(void, ssh_disconnect, (ssh_session session), (session))                                                         \
    F(void, ssh_free, (ssh_session session), (session))                                                               \
    F(const char *, ssh_get_clientbanner, (ssh_session session), (session))                                           \
    F(const char *, ssh_get_error, (void *error), (error))                                                            \
    F(int, ssh_get_status, (ssh_session session), (session))                                                          \
    F(int, ssh_handle_key_exchange, (ssh_session session), (session))                                                 \
    F(int, ssh_is_connected, (ssh_session session), (session))                                                        \
    F(void, ssh_key_free, (ssh_key key), (key))                                                                       \
    F(int, ssh_message_auth_interactive_request,                                                                      \
      (ssh_message msg, const char *name, const char *instruction, unsigned int num_prompts, const char **prompts,    \
       char *echo),                                                                                                   \
      (msg, name, instruction, num_prompts, prompts, echo))                                                           \
    F(int, ssh_message_auth_kbdint_is_response, (ssh_message msg), (msg))                                             \
    F(const char *, ssh_message_auth_password, (ssh_message msg), (msg))                                              \
    F(ssh_key, ssh_message_auth_pubkey, (ssh_message msg), (msg))                                                     \
    F(enum ssh_publickey_state_e, ssh_message_auth_publickey_state, (ssh_message msg), (msg))                         \
    F(int, ssh_message_auth_reply_pk_ok_simple, (ssh_message msg), (msg))                                             \
    F(int, ssh_message_auth_reply_success, (ssh_message msg, int partial), (msg, partial))                            \
    F(const char *, ssh_message_auth_user, (ssh_message msg), (msg))                                                  \
    F(ssh_channel, ssh_message_channel_request_channel, (ssh_message msg), (msg))                                     \
    F(const char *, ssh_message_channel_request_command, (ssh_message msg), (msg))                                    \
    F(ssh_channel, ssh_message_channel_request_open_reply_accept, (ssh_message msg), (msg))                           \
    F(int, ssh_message_channel_request_reply_success, (ssh_message msg), (msg))                                       \
    F(ssh_message, ssh_message_get, (ssh_session session), (session))                                                 \
    F(const char *, ssh_message_global_request_address, (ssh_message msg), (msg))                                     \
    F(int, ssh_message_global_request_port, (ssh_message msg), (msg))                                                 \
    F(int, ssh_message_global_request_reply_success, (ssh_message msg, uint16_t bound_port), (msg, bound_port))       \
    F(int, ssh_message_reply_default, (ssh_message msg), (msg))                                                       \
    F(int, ssh_message_service_reply_success, (ssh_message msg), (msg))                                               \
    F(const char *, ssh_message_service_service, (ssh_message msg), (msg))                                            \
    F(int, ssh_message_subtype, (ssh_message msg), (msg))                                                             \
    F(int, ssh_message_type, (ssh_message msg), (msg))                                                                \
    F(ssh_session, ssh_new, (void), ())                                                                               \
    F(int, ssh_pki_export_pubkey_base64, (const ssh_key key, char **b64_key), (key, b64_key))                         \
    F(int, ssh_pki_import_privkey_base64,                                                                             \
      (const char *b64_key, const char *passphrase, ssh_auth_callback auth_fn, void *auth_data, ssh_key *pkey),       \
      (b64_key, passphrase, auth_fn, auth_data, pkey))                                                                \
    F(int, ssh_remove_channel_callbacks, (ssh_channel channel, ssh_channel_callbacks callbacks),                      \
      (channel, callbacks))                                                                                           \
    F(int, ssh_send_issue_banner, (ssh_session session, const ssh_string banner), (session, banner))                  \
    F(int, ssh_send_keepalive, (ssh_session session), (session))                                                      \
    F(int, ssh_session_set_disconnect_message, (ssh_session session, const char *message), (session, message))        \
    F(void, ssh_set_auth_methods, (ssh_session session, int methods), (session, methods))                             \
    F(void, ssh_set_blocking, (ssh_session session, int blocking), (session, blocking))                               \
    F(int, ssh_set_channel_callbacks, (ssh_channel channel, ssh_channel_callbacks callbacks), (channel, callbacks))   \
    F(void, ssh_set_message_callback,                                                                                 \
      (ssh_session session, int (*callback)(ssh_session session, ssh_message msg, void *data), void *data),           \
      (session, callback, data))                                                                                      \
    F(int, ssh_set_server_callbacks, (ssh_session session, ssh_server_callbacks callbacks), (session, callbacks))     \
    F(void, ssh_string_free, (ssh_string text), (text))                                                               \
    F(void, ssh_string_free_char, (char *text), (text))                                                               \
    F(ssh_string, ssh_string_from_char, (const char *what), (what))                                                   \
    F(const char *, ssh_userauth_kbdint_getanswer, (ssh_session session, unsigned int i), (session, i))               \
    F(int, ssh_userauth_kbdint_getnanswers, (ssh_session session), (session))

// Where libssh, which calls some of them itself, finds these instead of its own, it comes to its own by one step more.
#define DEFINE(result, name, parameters, names)                                                                       \
    static result(*found_##name) parameters;                                                                          \
    result name parameters { return found_##name names; }
FUNCTIONS(DEFINE)

static char problem[256];

static void load(void) {
    void *library = dlopen("libssh.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(problem, sizeof problem, "%s", dlerror());
        return;
    }
#define FIND(result, name, parameters, names)                                                                         \
    found_##name = (result(*) parameters)dlsym(library, #name);                                                       \
    if (found_##name == NULL) {                                                                                       \
        snprintf(problem, sizeof problem, "libssh.so.4 has no " #name);                                               \
        return;                                                                                                       \
    }
    FUNCTIONS(FIND)
}

const char *clibssh_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return problem[0] == 0 ? NULL : problem;
}

// Declared as out of date, since they are of no use to who has set a callback for each message.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

const char *clibssh_password(ssh_message message) { return ssh_message_auth_password(message); }

ssh_key clibssh_public_key(ssh_message message) { return ssh_message_auth_pubkey(message); }

enum ssh_publickey_state_e clibssh_public_key_state(ssh_message message) {
    return ssh_message_auth_publickey_state(message);
}

#pragma GCC diagnostic pop

static ssh_string refuse_gssapi(ssh_session session, const char *user, int count, ssh_string *oids, void *userdata) {
    (void)session, (void)user, (void)count, (void)oids, (void)userdata;
    return NULL;
}

static struct ssh_server_callbacks_struct refusing = {
    .size = sizeof(struct ssh_server_callbacks_struct),
    .gssapi_select_oid_function = refuse_gssapi,
};

int clibssh_receive(ssh_session session, int (*message)(ssh_session, ssh_message, void *), void *userdata) {
    ssh_set_message_callback(session, message, userdata);
    return ssh_set_server_callbacks(session, &refusing);
}

ssh_channel_callbacks clibssh_channel_callbacks(ssh_channel_data_callback data, ssh_channel_eof_callback eof,
                                                ssh_channel_close_callback close, void *userdata) {
    ssh_channel_callbacks callbacks = calloc(1, sizeof *callbacks);
    if (callbacks == NULL) return NULL;
    ssh_callbacks_init(callbacks);
    callbacks->userdata = userdata;
    callbacks->channel_data_function = data;
    callbacks->channel_eof_function = eof;
    callbacks->channel_close_function = close;
    return callbacks;
}

void clibssh_free_channel_callbacks(ssh_channel_callbacks callbacks) { free(callbacks); }

int clibssh_send_banner(ssh_session session, const char *text) {
    ssh_string string = ssh_string_from_char(text);
    if (string == NULL) return SSH_ERROR;
    int result = ssh_send_issue_banner(session, string);
    ssh_string_free(string);
    return result;
}

int clibssh_socket_pair(int descriptors[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, descriptors);
}

ssize_t clibssh_send(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

ssize_t clibssh_receive_bytes(int descriptor, void *bytes, size_t count) { return recv(descriptor, bytes, count, 0); }

int clibssh_readable(int descriptor) {
    int count = 0;
    if (ioctl(descriptor, FIONREAD, &count) == 0 && count > 0) return count;
    char byte;
    return recv(descriptor, &byte, 1, MSG_PEEK) == 0 ? -1 : 0;
}

int clibssh_unread(int descriptor) {
    int count = 0;
    return ioctl(descriptor, TIOCOUTQ, &count) == 0 ? count : 0;
}

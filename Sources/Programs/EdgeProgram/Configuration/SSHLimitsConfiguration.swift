import SSHGateway
import Settings

/// What clients of SSH may take (`docs/ssh.md`).
package struct SSHLimitsConfiguration: Sendable {
    package let loggingIn: Int
    package let loggingInPerAddress: Int
    package let loginTimeout: Duration
    package let setupTimeout: Duration
    package let keepAlive: Duration
    package let silenceTimeout: Duration
    package let streams: Int
    package let heldBytes: Int

    init(from settings: SettingsReader) {
        self.loggingIn = settings.value(
            "logging_in",
            .integer(in: 1...100_000, of: "connections"),
            default: 100,
            "Connections over which nobody has been let in yet. More: closed."
        )
        self.loggingInPerAddress = settings.value(
            "logging_in_per_address",
            .integer(in: 1...100_000, of: "connections"),
            default: min(10, self.loggingIn),
            written: "10, and no more than `logging_in`",
            "Of these, from one IP address. More: closed."
        )
        self.loginTimeout = settings.time(
            "login_timeout",
            .seconds(1) ... .seconds(3600),
            default: .seconds(120),
            "From the connection to the end of logging in; people type within it. Then: closed."
        )
        self.setupTimeout = settings.time(
            "setup_timeout",
            .seconds(1) ... .seconds(300),
            default: .seconds(10),
            "From there to a session, a command and a forwarding. Then: ERR_NGROK_1111 or 1112."
        )
        self.keepAlive = settings.time(
            "keep_alive",
            .seconds(1) ... .seconds(3600),
            default: .seconds(15),
            "Silence of a client after which it is asked whether it is there."
        )
        self.silenceTimeout = settings.value(
            "silence_timeout",
            .duration(in: .seconds(1) ... .seconds(3600)),
            default: max(.seconds(45), self.keepAlive * 3),
            written: "45s, and no less than three times `keep_alive`",
            "Silence of a client after which it is gone."
        )
        self.streams = settings.value(
            "streams",
            .integer(in: 1...100_000, of: "connections"),
            default: 1_000,
            "Connections of visitors over one session. More: 504."
        )
        self.heldBytes = settings.value(
            "held_bytes",
            .bytes(in: 1 << 20...1 << 30),
            default: 32 << 20,
            "Bytes for visitors who do not take them, in one session. More: its client is not read from for now."
        )
        if self.loggingInPerAddress > self.loggingIn {
            settings.refuse("logging_in_per_address", "is larger than logging_in, which it is a part of")
        }
        if self.silenceTimeout <= self.keepAlive {
            settings.refuse("silence_timeout", "is no longer than keep_alive; a client must have time to answer")
        }
    }

    func apply(to gateway: inout SSHGateway.Configuration) {
        gateway.loggingIn = self.loggingIn
        gateway.loggingInPerAddress = self.loggingInPerAddress
        gateway.loginMilliseconds = self.loginTimeout.milliseconds
        gateway.setupMilliseconds = self.setupTimeout.milliseconds
        gateway.keepAliveMilliseconds = self.keepAlive.milliseconds
        gateway.silenceMilliseconds = self.silenceTimeout.milliseconds
        gateway.streams = self.streams
        gateway.heldBytes = self.heldBytes
    }
}

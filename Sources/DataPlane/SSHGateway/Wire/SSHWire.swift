import CLibSSH
import Foundation
import Model
import NIOCore

/// One client's SSH session, spoken by libssh: bytes go in and come out here, and the network is the channel's.
///
/// libssh wants a socket. It gets one end of a pair whose other end is read and written here, so that the connection
/// itself stays with its event loop: its limits, its back pressure, its end. Used by one thread at a time: that of the
/// gateway's threads which logs the client in, and the connection's event loop from then on.
final class SSHWire {
    /// What the client did, in its order. It has its answer already.
    enum Event {
        /// Who it is has been proven.
        case loggedIn(Result<SSHLogin.Session, Failure>)
        case forward(SSHForward)
        case forwardRepeated
        case session(SSHChannel)
        case terminal(SSHChannel)
        /// nil for a shell.
        case command(SSHChannel, String?)
    }

    private static let sessionLimit = 4
    private static let readBytes = 4096

    private let session: ssh_session
    /// Our end of the pair.
    private let descriptor: CInt
    private let login: SSHLogin
    private var isFree = false
    /// Whether libssh has the channels still that it was asked to make.
    private(set) var hasChannels = true
    private var events: [Event] = []
    private var sessions: [OpaquePointer: SSHChannel] = [:]
    private var hasForward = false
    /// What is said when the session is ended for it.
    private var farewell: String?
    /// Whether nothing comes out any more.
    private(set) var hasEnded = false
    fileprivate(set) var isLoggedIn = false
    /// Channels that something came in for, since they were asked for last.
    var touched: [SSHChannel] = []
    /// Bytes that wait in libssh, of all channels.
    var heldBytes = 0

    init?(_ host: SSHHost, login: SSHLogin) {
        var pair: (CInt, CInt) = (-1, -1)
        let isMade = withUnsafeMutableBytes(of: &pair) {
            clibssh_socket_pair($0.baseAddress?.assumingMemoryBound(to: CInt.self))
        }
        guard isMade == 0 else { return nil }
        guard let session = host.accept(pair.1) else {
            close(pair.0)
            return nil
        }
        self.session = session
        self.descriptor = pair.0
        self.login = login
        let receive: @convention(c) (ssh_session?, ssh_message?, UnsafeMutableRawPointer?) -> CInt = {
            _,
            message,
            userdata in
            guard let message, let userdata else { return 1 }
            let wire = Unmanaged<SSHWire>.fromOpaque(userdata).takeUnretainedValue()
            return wire.receive(message) ? 0 : 1
        }
        clibssh_receive(session, receive, Unmanaged.passUnretained(self).toOpaque())
        ssh_set_auth_methods(
            session,
            CInt(SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE)
        )
        // Says who we are; the rest comes with what the client says.
        ssh_handle_key_exchange(session)
    }

    deinit { self.free() }

    /// The last call.
    func free() {
        guard !self.isFree else { return }
        self.isFree = true
        self.hasChannels = false
        self.hasEnded = true
        ssh_free(self.session)
        close(self.descriptor)
        for channel in self.sessions.values { channel.free() }
        self.sessions = [:]
    }

    /// What the client calls itself, as `OpenSSH_9.2p1`.
    var clientVersion: String {
        guard let banner = ssh_get_clientbanner(self.session) else { return "" }
        return String(String(cString: banner).split(separator: "-", maxSplits: 2).last ?? "")
    }

    // MARK: - Bytes

    /// Reads what came from the client. Stops where the client has just been let in.
    ///
    /// - Returns: whether there is more to be read.
    func take(_ bytes: inout ByteBuffer) -> Bool {
        let wasLoggedIn = self.isLoggedIn
        while !self.isOver {
            let sent = bytes.readWithUnsafeReadableBytes {
                max(0, clibssh_send(self.descriptor, $0.baseAddress, $0.count))
            }
            // Each round reads so much; a few are for what was left.
            var rounds = sent / Self.readBytes + 8
            while clibssh_unread(self.descriptor) > 0, rounds > 0, !self.isOver {
                rounds -= 1
                _ = ssh_message_get(self.session)
                if self.isLoggedIn != wasLoggedIn { return true }
            }
            if bytes.readableBytes == 0 || (sent == 0 && rounds > 0) { break }
        }
        if self.isOver { bytes.clear() }
        return false
    }

    private var isOver: Bool { self.isFree || self.farewell != nil || ssh_is_connected(self.session) == 0 }

    /// What goes to the client; nil when there is nothing.
    func drain() -> ByteBuffer? {
        guard !self.hasEnded else { return nil }
        if let farewell = self.farewell { self.disconnect(farewell) }
        var bytes = ByteBuffer()
        while true {
            if ssh_is_connected(self.session) != 0 { ssh_blocking_flush(self.session, 0) }
            let waiting = Int(clibssh_readable(self.descriptor))
            guard waiting > 0 else {
                self.hasEnded = waiting < 0
                break
            }
            bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: waiting) { space in
                max(0, clibssh_receive_bytes(self.descriptor, space.baseAddress, space.count))
            }
        }
        return bytes.readableBytes > 0 ? bytes : nil
    }

    /// Ends the session, and says why.
    func end(_ reason: String) {
        guard self.farewell == nil else { return }
        self.farewell = reason
    }

    private func disconnect(_ reason: String) {
        guard ssh_is_connected(self.session) != 0 else { return }
        // libssh drops what it cannot write at once: what was said before goes first, and a look at the socket after it.
        for _ in 0..<64 where ssh_blocking_flush(self.session, 0) != 0 { continue }
        _ = ssh_message_get(self.session)
        ssh_session_set_disconnect_message(self.session, reason)
        self.hasChannels = false
        ssh_disconnect(self.session)
    }

    /// Asks the client whether it is there; whatever it answers, it is.
    func keepAlive() {
        guard !self.isOver else { return }
        // The first call takes the last answer, the second asks.
        ssh_send_keepalive(self.session)
        ssh_send_keepalive(self.session)
    }

    /// Whether there is something to be taken by the two that follow.
    var hasNews: Bool { !self.events.isEmpty || !self.touched.isEmpty }

    func takeEvents() -> [Event] {
        defer { self.events = [] }
        return self.events
    }

    func takeTouched() -> [SSHChannel] {
        defer { self.touched = [] }
        for channel in self.touched { channel.isTouched = false }
        return self.touched
    }

    // MARK: - Channels

    /// Opens a channel to the client for a visitor.
    ///
    /// - Returns: nil where the session is over.
    func open(_ forward: SSHForward, for visitor: (host: String, port: UInt16)) -> SSHChannel? {
        guard !self.isOver, let handle = ssh_channel_new(self.session) else { return nil }
        guard let channel = SSHChannel(handle, self) else {
            ssh_channel_free(handle)
            return nil
        }
        self.open(channel, forward, visitor)
        return channel
    }

    enum Opening { case open, waiting, refused }

    /// How far the opening of a channel has come.
    func opening(of channel: SSHChannel) -> Opening {
        guard self.hasChannels else { return .refused }
        if ssh_channel_is_open(channel.handle) != 0 { return .open }
        if channel.isClosedByPeer { return .open }
        guard !self.isOver else { return .refused }
        return self.open(channel, SSHForward(address: "", port: 0), ("", 0))
    }

    @discardableResult
    private func open(_ channel: SSHChannel, _ forward: SSHForward, _ visitor: (host: String, port: UInt16)) -> Opening
    {
        let result = ssh_channel_open_reverse_forward(
            channel.handle,
            forward.address,
            CInt(forward.announcedPort),
            visitor.host,
            CInt(visitor.port)
        )
        switch result {
        case SSH_OK: return .open
        case SSH_AGAIN: return .waiting
        default: return .refused
        }
    }

    func free(_ channel: SSHChannel) {
        if self.sessions[channel.handle] === channel { self.sessions[channel.handle] = nil }
        channel.free()
    }
}

// MARK: - Messages

extension SSHWire {
    /// - Returns: whether it was answered; what was not, is refused.
    private func receive(_ message: ssh_message) -> Bool {
        switch ssh_requests_e(rawValue: UInt32(bitPattern: ssh_message_type(message))) {
        case SSH_REQUEST_SERVICE:
            guard let name = ssh_message_service_service(message), String(cString: name) == "ssh-userauth" else {
                return false
            }
            ssh_message_service_reply_success(message)
            return true
        case SSH_REQUEST_AUTH:
            return self.authenticate(message)
        case SSH_REQUEST_CHANNEL_OPEN where self.isLoggedIn:
            return self.openSession(message)
        case SSH_REQUEST_CHANNEL where self.isLoggedIn:
            return self.request(message)
        case SSH_REQUEST_GLOBAL where self.isLoggedIn:
            return self.forward(message)
        default:
            return false
        }
    }

    private func openSession(_ message: ssh_message) -> Bool {
        guard ssh_message_subtype(message) == CInt(SSH_CHANNEL_SESSION.rawValue),
            self.sessions.count < Self.sessionLimit,
            let handle = ssh_message_channel_request_open_reply_accept(message)
        else { return false }
        guard let channel = SSHChannel(handle, self) else {
            ssh_channel_free(handle)
            return true
        }
        self.sessions[handle] = channel
        self.events.append(.session(channel))
        return true
    }

    private func request(_ message: ssh_message) -> Bool {
        guard let handle = ssh_message_channel_request_channel(message), let channel = self.sessions[handle] else {
            return false
        }
        switch ssh_channel_requests_e(rawValue: UInt32(bitPattern: ssh_message_subtype(message))) {
        case SSH_CHANNEL_REQUEST_PTY:
            self.events.append(.terminal(channel))
        case SSH_CHANNEL_REQUEST_SHELL:
            self.events.append(.command(channel, nil))
        case SSH_CHANNEL_REQUEST_EXEC:
            let command = ssh_message_channel_request_command(message).map { String(cString: $0) }
            self.events.append(.command(channel, command))
        case SSH_CHANNEL_REQUEST_WINDOW_CHANGE:
            return true
        default:
            return false
        }
        ssh_message_channel_request_reply_success(message)
        return true
    }

    private func forward(_ message: ssh_message) -> Bool {
        guard ssh_message_subtype(message) == CInt(SSH_GLOBAL_REQUEST_TCPIP_FORWARD.rawValue),
            let address = ssh_message_global_request_address(message)
        else { return false }
        guard !self.hasForward else {
            self.events.append(.forwardRepeated)
            return false
        }
        let port = ssh_message_global_request_port(message)
        guard let port = UInt16(exactly: port) else { return false }
        self.hasForward = true
        let forward = SSHForward(address: String(cString: address), port: port)
        ssh_message_global_request_reply_success(message, forward.announcedPort)
        self.events.append(.forward(forward))
        return true
    }
}

// MARK: - Logging in

extension SSHWire {
    private func authenticate(_ message: ssh_message) -> Bool {
        guard !self.isLoggedIn, self.farewell == nil else { return false }
        let user = ssh_message_auth_user(message).map { String(cString: $0) } ?? ""
        let answer: SSHLogin.Answer
        switch UInt32(bitPattern: ssh_message_subtype(message)) {
        case UInt32(SSH_AUTH_METHOD_PUBLICKEY):
            guard let key = Self.key(of: message) else { return false }
            switch clibssh_public_key_state(message) {
            case SSH_PUBLICKEY_STATE_NONE: answer = self.login.offer(key, as: user)
            case SSH_PUBLICKEY_STATE_VALID: answer = self.login.prove(key, as: user, self.clientVersion)
            default: answer = .refuse(nil)
            }
        case UInt32(SSH_AUTH_METHOD_PASSWORD):
            let password = clibssh_password(message).map { Secret(String(cString: $0)) }
            answer = self.login.enter(password, as: user, self.clientVersion)
        case UInt32(SSH_AUTH_METHOD_INTERACTIVE):
            if ssh_message_auth_kbdint_is_response(message) != 0 {
                let text =
                    ssh_userauth_kbdint_getnanswers(self.session) > 0
                    ? ssh_userauth_kbdint_getanswer(self.session, 0) : nil
                answer = self.login.enter(text.map { Secret(String(cString: $0)) }, as: user, self.clientVersion)
            } else {
                answer = self.login.begin(as: user)
            }
        default:
            answer = self.login.begin(as: user, asks: false)
        }
        return self.perform(answer, message)
    }

    private func perform(_ answer: SSHLogin.Answer, _ message: ssh_message) -> Bool {
        switch answer {
        case .go:
            ssh_message_auth_reply_pk_ok_simple(message)
            return true
        case .ask(let instruction):
            "Authtoken: ".withCString { prompt in
                var prompts: [UnsafePointer<CChar>?] = [prompt]
                var echo: CChar = 0
                _ = ssh_message_auth_interactive_request(message, "Portico", instruction, 1, &prompts, &echo)
            }
            return true
        case .refuse(let failure):
            if let failure { clibssh_send_banner(self.session, failure.terminalText + "\n") }
            return false
        case .end(let failure):
            self.end(failure.terminalText)
            return false
        case .admit(let result):
            self.isLoggedIn = true
            self.events.append(.loggedIn(result))
            ssh_message_auth_reply_success(message, 0)
            return true
        }
    }

    /// What `authorized_keys` calls the key, of the message.
    private static func key(of message: ssh_message) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard let key = clibssh_public_key(message), ssh_pki_export_pubkey_base64(key, &text) == 0, let text else {
            return nil
        }
        defer { ssh_string_free_char(text) }
        return String(cString: text)
    }
}

import Addressing
import Foundation
import Model
import NIOCore

/// What is said to a proxy until it passes bytes on. Decides; touches no channel.
enum ProxyHandshake {
    case connect(HTTPConnect)
    case socks(SOCKSGreeting)

    enum Step: Equatable {
        /// More bytes are needed.
        case wait
        case send(ByteBuffer)
        case done
    }

    /// Why there is no tunnel, in words that follow "it".
    struct Failure: Error, Equatable {
        let words: String
    }

    init(_ proxy: SessionProxy, to server: ServerAddress) {
        switch proxy.kind {
        case .http, .https: self = .connect(HTTPConnect(server, proxy.credentials))
        case .socks5: self = .socks(SOCKSGreeting(server.address, proxy.credentials))
        }
    }

    /// What is said first.
    var opening: ByteBuffer {
        switch self {
        case .connect(let connect): connect.opening
        case .socks(let greeting): greeting.opening
        }
    }

    /// What has come so far, of which what is understood is taken.
    mutating func received(_ bytes: inout ByteBuffer) throws(Failure) -> Step {
        switch self {
        case .connect(var connect):
            defer { self = .connect(connect) }
            return try connect.received(&bytes)
        case .socks(var greeting):
            defer { self = .socks(greeting) }
            return try greeting.received(&bytes)
        }
    }
}

/// CONNECT of HTTP/1.1 (RFC 9110 9.3.6).
struct HTTPConnect {
    /// Of the head of the answer; a proxy that says more than that has something else to say.
    static let mostBytes = 16 << 10

    let opening: ByteBuffer
    private let hasCredentials: Bool
    /// Bytes in which the end of the head is not.
    private var searched = 0

    init(_ server: ServerAddress, _ credentials: SessionProxy.Credentials?) {
        let target = server.address.description
        var head = "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\nUser-Agent: portico/\(Agent.version)\r\n"
        if let credentials {
            let pair = Data("\(credentials.user):\(credentials.password.reveal())".utf8)
            head += "Proxy-Authorization: Basic \(pair.base64EncodedString())\r\n"
        }
        self.opening = ByteBuffer(string: head + "\r\n")
        self.hasCredentials = credentials != nil
    }

    mutating func received(_ bytes: inout ByteBuffer) throws(ProxyHandshake.Failure) -> ProxyHandshake.Step {
        let view = bytes.readableBytesView
        // The end itself may have come in parts.
        let start = view.startIndex + max(0, min(self.searched, view.count) - 3)
        guard let end = view[start...].firstRange(of: "\r\n\r\n".utf8) else {
            guard view.count <= Self.mostBytes else { throw .init(words: "it does not speak HTTP") }
            self.searched = view.count
            return .wait
        }
        self.searched = 0
        let line = String(decoding: view.prefix { $0 != 0x0D }, as: UTF8.self)
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), parts[1].utf8.count == 3, let status = Int(parts[1])
        else { throw .init(words: "it does not speak HTTP") }
        bytes.moveReaderIndex(to: end.upperBound)
        switch status {
        case 100..<200:
            // Something that comes before the answer.
            return try self.received(&bytes)
        case 200..<300:
            return .done
        // 401 is what tinyproxy says to a wrong password.
        case 407, 401:
            throw .init(words: self.hasCredentials ? "it refuses user or password" : "it wants a user and a password")
        default:
            throw .init(words: "it answered with status \(status)")
        }
    }
}

/// SOCKS version 5 (RFC 1928) with user and password (RFC 1929). The package that speaks SOCKS for NIO has no passwords.
struct SOCKSGreeting {
    private enum State {
        case method, login, reply
    }

    private static let version: UInt8 = 5
    private static let loginVersion: UInt8 = 1

    private let target: DialAddress
    private let credentials: SessionProxy.Credentials?
    private var state = State.method

    init(_ target: DialAddress, _ credentials: SessionProxy.Credentials?) {
        self.target = target
        self.credentials = credentials
    }

    var opening: ByteBuffer {
        // No login, or a login with user and password.
        ByteBuffer(bytes: self.credentials == nil ? [Self.version, 1, 0] : [Self.version, 2, 0, 2])
    }

    mutating func received(_ bytes: inout ByteBuffer) throws(ProxyHandshake.Failure) -> ProxyHandshake.Step {
        switch self.state {
        case .method:
            guard let answer = bytes.readBytes(length: 2) else { return .wait }
            guard answer[0] == Self.version else { throw .init(words: "it does not speak SOCKS 5") }
            return try self.chosen(answer[1])
        case .login:
            guard let answer = bytes.readBytes(length: 2) else { return .wait }
            guard answer[1] == 0 else { throw .init(words: "it refuses user or password") }
            return self.ask()
        case .reply:
            return try self.replied(&bytes)
        }
    }

    private mutating func chosen(_ method: UInt8) throws(ProxyHandshake.Failure) -> ProxyHandshake.Step {
        switch (method, self.credentials) {
        case (0, _):
            return self.ask()
        case (2, let credentials?):
            self.state = .login
            var login = ByteBuffer(bytes: [Self.loginVersion])
            for text in [credentials.user, credentials.password.reveal()] {
                login.writeInteger(UInt8(truncatingIfNeeded: text.utf8.count))
                login.writeString(text)
            }
            return .send(login)
        case (0xFF, nil): throw .init(words: "it wants a user and a password")
        case (0xFF, _): throw .init(words: "it takes no user and password, and nobody without")
        default: throw .init(words: "it wants a login that the agent does not know")
        }
    }

    /// The name is the proxy's to resolve: where a proxy is needed, there is often no other who could.
    private mutating func ask() -> ProxyHandshake.Step {
        self.state = .reply
        var request = ByteBuffer(bytes: [Self.version, 1, 0])
        switch self.target.host {
        case .address(let address):
            request.writeInteger(address.isIPv4 ? 1 : 4, as: UInt8.self)
            request.writeBytes(address.octets)
        case .name(let name):
            request.writeInteger(3, as: UInt8.self)
            request.writeInteger(UInt8(truncatingIfNeeded: name.utf8.count))
            request.writeString(name)
        }
        request.writeInteger(self.target.port)
        return .send(request)
    }

    private func replied(_ bytes: inout ByteBuffer) throws(ProxyHandshake.Failure) -> ProxyHandshake.Step {
        var rest = bytes
        guard let head = rest.readBytes(length: 4) else { return .wait }
        guard head[0] == Self.version else { throw .init(words: "it does not speak SOCKS 5") }
        guard head[1] == 0 else { throw .init(words: Self.words(for: head[1])) }
        let length: Int?
        switch head[3] {
        case 1: length = 4
        case 4: length = 16
        case 3: length = rest.readInteger(as: UInt8.self).map(Int.init)
        default: throw .init(words: "it does not speak SOCKS 5")
        }
        // Where it connects from, which is of no use here, and a port.
        guard let length, rest.readSlice(length: length + 2) != nil else { return .wait }
        bytes = rest
        return .done
    }

    private static func words(for code: UInt8) -> String {
        switch code {
        case 2: "its rules do not allow it"
        case 3: "the network cannot be reached from it"
        case 4: "the host cannot be reached from it"
        case 5: "the connection was refused"
        case 6: "the connection took too long"
        default: "it answered with code \(code)"
        }
    }
}

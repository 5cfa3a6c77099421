/// The fields that the edge knows by number.
///
/// The order has a meaning: what is hop-by-hop stands together, and so does what an upstream trusts.
package enum KnownField: UInt8, Sendable {
    case other

    // For one connection alone (RFC 9110 §7.6.1): dropped, or written anew.
    case connection
    case keepAlive
    case te
    case trailer
    case upgrade
    case proxyConnection
    case proxyAuthenticate
    case proxyAuthorization
    case http2Settings
    case transferEncoding

    // Framing, routing, and who the visitor is.
    case contentLength
    case host
    case expect
    case forwarded
    case xForwardedFor
    case xForwardedProto
    case xForwardedHost

    case accept
    case userAgent
    case location
    case ngrokErrorCode
    case date
    case server
    case secWebSocketKey
    case secWebSocketVersion
}

extension KnownField {
    /// Whether the field concerns one connection and is not passed on as it came.
    @inline(__always)
    var isHopByHop: Bool {
        self.rawValue >= Self.connection.rawValue && self.rawValue <= Self.transferEncoding.rawValue
    }

    /// Whether an upstream acts on the field as on the edge's word, so that no other spelling of its name may pass:
    /// upstreams behind CGI-like interfaces read `X_Forwarded_For` as `X-Forwarded-For`.
    @inline(__always)
    var isGuarded: Bool {
        self.rawValue >= Self.connection.rawValue && self.rawValue <= Self.xForwardedHost.rawValue
    }

    /// Whether the field stays although `Connection` names it: a visitor must not take away what frames or routes
    /// the message.
    var isProtected: Bool { self == .contentLength || self == .host || self == .expect }

    /// The field that a name stands for, letters of either case and `_` for `-` being equal.
    ///
    /// - Parameter name: a token.
    @inline(__always)
    init(_ name: UnsafeRawBufferPointer) {
        self = Self.read(name).field
    }

    /// Finds the field that a name stands for.
    ///
    /// - Parameter name: a token.
    /// - Returns: the field, and whether the name is spelled as it is, without any `_`.
    @inline(__always)
    static func read(_ name: UnsafeRawBufferPointer) -> (field: KnownField, isExact: Bool) {
        guard let first = name.first else { return (.other, true) }
        let candidate = Self.candidate(length: name.count, first: first | 0x20)
        guard candidate != .other else { return (.other, true) }
        let wanted = UnsafeRawBufferPointer(start: candidate.name.utf8Start, count: name.count)
        if Self.isSame(name, wanted) { return (candidate, true) }
        for index in 0..<name.count {
            let byte = name[index]
            guard (byte == 0x5F ? 0x2D : byte | 0x20) == wanted[index] else { return (.other, true) }
        }
        return (candidate, false)
    }

    /// Whether `name` is `wanted`, which has small letters, digits and `-`: bytes that all have bit 5 set. Eight at a time,
    /// the last ones perhaps twice.
    @inline(__always)
    private static func isSame(_ name: UnsafeRawBufferPointer, _ wanted: UnsafeRawBufferPointer) -> Bool {
        let count = name.count
        if count < 8 {
            for index in 0..<count where name[index] | 0x20 != wanted[index] { return false }
            return true
        }
        var at = 0
        while true {
            let eight = name.loadUnaligned(fromByteOffset: at, as: UInt64.self) | 0x2020_2020_2020_2020
            guard eight == wanted.loadUnaligned(fromByteOffset: at, as: UInt64.self) else { return false }
            if at &+ 8 == count { return true }
            at = Swift.min(at &+ 8, count &- 8)
        }
    }

    /// The one known name with this length and first letter.
    @inline(__always)
    private static func candidate(length: Int, first: UInt8) -> KnownField {
        switch length {
        case 2: first == UInt8(ascii: "t") ? .te : .other
        case 4: first == UInt8(ascii: "h") ? .host : first == UInt8(ascii: "d") ? .date : .other
        case 6:
            switch first {
            case UInt8(ascii: "a"): .accept
            case UInt8(ascii: "e"): .expect
            case UInt8(ascii: "s"): .server
            default: .other
            }
        case 7: first == UInt8(ascii: "u") ? .upgrade : first == UInt8(ascii: "t") ? .trailer : .other
        case 8: first == UInt8(ascii: "l") ? .location : .other
        case 9: first == UInt8(ascii: "f") ? .forwarded : .other
        case 10:
            switch first {
            case UInt8(ascii: "c"): .connection
            case UInt8(ascii: "u"): .userAgent
            case UInt8(ascii: "k"): .keepAlive
            default: .other
            }
        case 14: first == UInt8(ascii: "c") ? .contentLength : first == UInt8(ascii: "h") ? .http2Settings : .other
        case 15: first == UInt8(ascii: "x") ? .xForwardedFor : .other
        case 16:
            switch first {
            case UInt8(ascii: "x"): .xForwardedHost
            case UInt8(ascii: "p"): .proxyConnection
            case UInt8(ascii: "n"): .ngrokErrorCode
            default: .other
            }
        case 17:
            switch first {
            case UInt8(ascii: "t"): .transferEncoding
            case UInt8(ascii: "x"): .xForwardedProto
            case UInt8(ascii: "s"): .secWebSocketKey
            default: .other
            }
        case 18: first == UInt8(ascii: "p") ? .proxyAuthenticate : .other
        case 19: first == UInt8(ascii: "p") ? .proxyAuthorization : .other
        case 21: first == UInt8(ascii: "s") ? .secWebSocketVersion : .other
        default: .other
        }
    }

    /// The name in lower case; empty for `.other`.
    var name: StaticString {
        switch self {
        case .other: ""
        case .connection: "connection"
        case .keepAlive: "keep-alive"
        case .te: "te"
        case .trailer: "trailer"
        case .upgrade: "upgrade"
        case .proxyConnection: "proxy-connection"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthorization: "proxy-authorization"
        case .http2Settings: "http2-settings"
        case .transferEncoding: "transfer-encoding"
        case .contentLength: "content-length"
        case .host: "host"
        case .expect: "expect"
        case .forwarded: "forwarded"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedProto: "x-forwarded-proto"
        case .xForwardedHost: "x-forwarded-host"
        case .accept: "accept"
        case .userAgent: "user-agent"
        case .location: "location"
        case .ngrokErrorCode: "ngrok-error-code"
        case .date: "date"
        case .server: "server"
        case .secWebSocketKey: "sec-websocket-key"
        case .secWebSocketVersion: "sec-websocket-version"
        }
    }
}

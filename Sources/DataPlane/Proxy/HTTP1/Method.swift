/// The request methods that the edge tells apart; every other token is passed on as it came.
package enum Method: UInt8, Sendable {
    case other
    case get
    case head
    case post
    case put
    case delete
    case options
    case patch
    /// Asks for a proxy's tunnel. The edge is none.
    case connect
    /// Sends back what the server saw, credentials included.
    case trace
    /// TRACE under another name, of old servers.
    case track
    /// Begins the preface of HTTP/2 (RFC 9113 §3.4).
    case pri
}

extension Method {
    /// Bytes of the longest method that is passed on.
    static let maximumBytes = 32

    /// Methods are case-sensitive (RFC 9110 §9.1).
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        let candidate: Method =
            switch range.count {
            case 3:
                switch bytes[range.lowerBound] {
                case UInt8(ascii: "G"): .get
                case UInt8(ascii: "P"): bytes[range.lowerBound &+ 1] == UInt8(ascii: "U") ? .put : .pri
                default: .other
                }
            case 4: bytes[range.lowerBound] == UInt8(ascii: "P") ? .post : .head
            case 5:
                switch bytes[range.upperBound &- 1] {
                case UInt8(ascii: "H"): .patch
                case UInt8(ascii: "E"): .trace
                default: .track
                }
            case 6: .delete
            case 7: bytes[range.lowerBound] == UInt8(ascii: "O") ? .options : .connect
            default: .other
            }
        let wanted = candidate.name.utf8Start
        for index in 0..<candidate.name.utf8CodeUnitCount where bytes[range.lowerBound &+ index] != wanted[index] {
            self = .other
            return
        }
        self = candidate
    }

    /// As it stands in a request line; empty for `.other`.
    var name: StaticString {
        switch self {
        case .other: ""
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .track: "TRACK"
        case .pri: "PRI"
        }
    }

    /// Whether the edge refuses it: what asks for another server, or shows more than it should.
    var isRefused: Bool { self.rawValue >= Self.connect.rawValue }
}

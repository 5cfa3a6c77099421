package import Addressing
import Dispatch
import NIOConcurrencyHelpers
package import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#elseif canImport(Glibc)
    import Glibc
#endif

/// Knows the addresses of names.
package protocol NameResolver: Sendable {
    /// The addresses of a name, in the order in which they are to be tried; none where it has none.
    ///
    /// The future is one of `eventLoop`. It fails where the name could not be looked up at all.
    func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]>
}

/// The system's resolver. A look-up blocks a thread, and nothing ends it early: there is a most of them.
package final class SystemResolver: NameResolver {
    /// As many look-ups as may be are under way.
    struct Busy: Error {}

    private static let limit = 32

    private let queue = DispatchQueue(label: "portico.outbound.names", attributes: .concurrent)
    private let running = NIOLockedValueBox(0)

    package init() {}

    package func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        let isFree = self.running.withLockedValue { running in
            guard running < Self.limit else { return false }
            running += 1
            return true
        }
        guard isFree else { return eventLoop.makeFailedFuture(Busy()) }
        let promise = eventLoop.makePromise(of: [IPAddress].self)
        self.queue.async { [running] in
            let addresses = Self.lookUp(name)
            running.withLockedValue { $0 -= 1 }
            promise.succeed(addresses)
        }
        return promise.futureResult
    }

    private static func lookUp(_ name: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0, let first = list else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first) { $0.pointee.ai_next }.compactMap { Self.address($0.pointee) }
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        guard let start = entry.ai_addr else { return nil }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(entry.ai_addrlen))
        // Family and port come first; IPv6 has flow information before the address (RFC 3493 §3.2, §3.3).
        return switch entry.ai_family {
        case AF_INET: IPAddress(octets: bytes.dropFirst(4).prefix(4))
        case AF_INET6: IPAddress(octets: bytes.dropFirst(8).prefix(16))
        default: nil
        }
    }
}

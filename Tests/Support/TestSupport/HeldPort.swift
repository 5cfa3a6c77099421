#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps a port of 127.0.0.1 from being given to anybody while nothing listens on it: a server that comes back finds it
/// free, where otherwise a connection of another test may have got it.
///
/// It is bound and doesn't listen. Who listens on the port beside it must say SO_REUSEPORT.
package final class HeldPort: Sendable {
    private let descriptor: Int32

    /// The port that is held.
    package var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(self.descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Nil when the port is in use by others; 0 is any that is free.
    package init?(_ port: Int) {
        #if canImport(Glibc)
            self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            self.descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard self.descriptor >= 0 else { return nil }
        var yes: Int32 = 1
        setsockopt(self.descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0 else { return nil }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }
}

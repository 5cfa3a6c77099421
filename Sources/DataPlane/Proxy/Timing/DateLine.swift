package import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#elseif canImport(Glibc)
    import Glibc
#endif

/// The field line `Date: …`, line end included, for the answers that an event loop gives itself (RFC 9110 §6.6.1).
///
/// One for each loop. It is written anew when a second has begun and somebody asks; an answer only copies it.
package struct DateLine {
    private var second = Int64.min
    private var bytes = ByteBuffer()

    package init() {}

    /// The line of the second that the system's clock is in.
    package mutating func now() -> ByteBuffer {
        self.at(secondsSince1970: Int64(time(nil)))
    }

    package mutating func at(secondsSince1970 second: Int64) -> ByteBuffer {
        if second != self.second {
            self.second = second
            self.bytes = ByteBuffer(string: "Date: \(HTTPDate(secondsSince1970: second))\r\n")
        }
        return self.bytes
    }
}

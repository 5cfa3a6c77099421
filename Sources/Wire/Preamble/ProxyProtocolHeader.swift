package import Addressing

/// What the PROXY protocol says about a connection: whose it was before a proxy stood between
/// (HAProxy's specification, versions 1 and 2).
///
/// A listener expects the header or does not; it is never guessed from the bytes. Who expects it sets a deadline of
/// its own and counts the end of the stream before the header as an error.
package struct ProxyProtocolHeader: Sendable, Equatable {
    package enum Version: Int, Sendable {
        case v1 = 1
        case v2 = 2
    }

    /// An additional fact of a version 2 header.
    package struct TypedValue: Sendable, Equatable {
        package static let alpn: UInt8 = 0x01
        package static let authority: UInt8 = 0x02
        package static let checksum: UInt8 = 0x03
        package static let noop: UInt8 = 0x04

        package let type: UInt8
        package let value: [UInt8]

        package init(type: UInt8, value: [UInt8]) {
            self.type = type
            self.value = value
        }
    }

    /// The two ends of the original connection, which are of one family on the wire.
    package struct Route: Sendable, Equatable {
        /// The visitor.
        package let source: NetworkAddress
        /// What the visitor connected to.
        package let destination: NetworkAddress

        package init(source: NetworkAddress, destination: NetworkAddress) {
            self.source = source
            self.destination = destination
        }
    }

    /// Nil when the header names no addresses: those of the connection itself count then.
    package let route: Route?
    /// Without padding and checksum.
    package let values: [TypedValue]

    package init(route: Route?, values: [TypedValue] = []) {
        self.route = route
        self.values = values
    }

    /// The longest header of version 1, line end included.
    package static let maximumLengthV1 = 107
    /// The longest part behind the 16 fixed bytes that is taken of version 2.
    package static let maximumPayloadV2 = 4096

    static let signatureV2: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
    static let signatureV1: [UInt8] = Array("PROXY ".utf8)
}

/// Bytes that are no PROXY header where one is required.
package enum ProxyProtocolError: Error, Sendable, Equatable {
    /// The first bytes are those of neither version.
    case missing
    /// Begins as a header and does not go on as one.
    case malformed
    /// More than 107 bytes of version 1, or 16 + 4096 of version 2.
    case tooLong
    /// Version, command, family or transport that is not known or does not fit a TCP listener.
    case unsupported
    /// The checksum does not fit the bytes.
    case checksum
}

import Addressing
package import NIOCore

extension ProxyProtocolHeader {
    /// Reads the header from the start of `buffer`.
    ///
    /// Every call begins anew at the first byte, which costs at most 107 bytes of looking; nothing is consumed before
    /// the header is whole.
    /// - Returns: nil when more bytes are needed. Bytes that cannot become a header throw at once.
    /// - Throws: when there is none, or one that must not be trusted; the buffer is then unchanged.
    package static func read(from buffer: inout ByteBuffer) throws(ProxyProtocolError) -> ProxyProtocolHeader? {
        let start = buffer.readableBytesView
        if start.first == Self.signatureV1.first {
            return try Self.readV1(from: &buffer)
        }
        guard start.prefix(12).elementsEqual(Self.signatureV2.prefix(start.count)) else { throw .missing }
        return try Self.readV2(from: &buffer)
    }

    // MARK: Version 1

    private static func readV1(from buffer: inout ByteBuffer) throws(ProxyProtocolError) -> ProxyProtocolHeader? {
        let line = buffer.readableBytesView.prefix(Self.maximumLengthV1)
        guard line.prefix(6).elementsEqual(Self.signatureV1.prefix(line.count)) else { throw .missing }
        guard let end = line.firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) else {
            guard line.count < Self.maximumLengthV1 else { throw .tooLong }
            return nil
        }
        guard line[end] == 0x0D else { throw .malformed }
        guard end + 1 < line.endIndex else {
            guard line.count < Self.maximumLengthV1 else { throw .tooLong }
            return nil
        }
        guard line[end + 1] == 0x0A else { throw .malformed }
        let header = try Self.headerV1(line[..<end].dropFirst(Self.signatureV1.count))
        buffer.moveReaderIndex(to: end + 2)
        return header
    }

    /// What follows `PROXY `, without the line's end.
    private static func headerV1(_ text: ByteBufferView) throws(ProxyProtocolError) -> ProxyProtocolHeader {
        let fields = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard let family = fields.first else { throw .malformed }
        // Whatever follows UNKNOWN is to be ignored (2.1).
        if family.elementsEqual("UNKNOWN".utf8) { return ProxyProtocolHeader(route: nil) }
        let isIPv6 = family.elementsEqual("TCP6".utf8)
        guard isIPv6 || family.elementsEqual("TCP4".utf8), fields.count == 5,
            let source = Self.address(fields[1], isIPv6: isIPv6),
            let destination = Self.address(fields[2], isIPv6: isIPv6),
            let sourcePort = UInt16(decimalBytes: fields[3]),
            let destinationPort = UInt16(decimalBytes: fields[4])
        else { throw .malformed }
        return ProxyProtocolHeader(
            route: Route(
                source: NetworkAddress(ip: source, port: sourcePort),
                destination: NetworkAddress(ip: destination, port: destinationPort)
            )
        )
    }

    private static func address(_ text: ByteBufferView, isIPv6: Bool) -> IPAddress? {
        guard text.contains(UInt8(ascii: ":")) == isIPv6 else { return nil }
        return IPAddress(textBytes: text)
    }

    // MARK: Version 2

    private static func readV2(from buffer: inout ByteBuffer) throws(ProxyProtocolError) -> ProxyProtocolHeader? {
        let start = buffer.readerIndex
        guard let fixed = buffer.getBytes(at: start + Self.signatureV2.count, length: 4) else { return nil }
        guard fixed[0] >> 4 == 2 else { throw .unsupported }
        let length = Int(fixed[2]) << 8 | Int(fixed[3])
        guard length <= Self.maximumPayloadV2 else { throw .tooLong }
        let header: ProxyProtocolHeader?
        switch fixed[0] & 0x0F {
        case 0:
            // LOCAL: the family and all that follows are to be ignored (2.2).
            header = buffer.readableBytes < 16 + length ? nil : ProxyProtocolHeader(route: nil)
        case 1:
            let family = try Family(fixed[1])
            guard family.blockLength <= length else { throw .malformed }
            guard let bytes = buffer.getBytes(at: start, length: 16 + length) else { return nil }
            header = try Self.headerV2(bytes, family: family)
        default:
            throw .unsupported
        }
        if header != nil { buffer.moveReaderIndex(forwardBy: 16 + length) }
        return header
    }

    /// The address families that a TCP listener can be told of.
    private enum Family {
        case unspecified, ipv4, ipv6, unix

        init(_ byte: UInt8) throws(ProxyProtocolError) {
            let (family, transport) = (byte >> 4, byte & 0x0F)
            guard family <= 3, transport <= 1 else { throw .unsupported }
            switch (family, transport) {
            case (1, 1): self = .ipv4
            case (2, 1): self = .ipv6
            case (3, 1): self = .unix
            default: self = .unspecified
            }
        }

        /// How many bytes of addresses and ports come before the typed values.
        var blockLength: Int {
            switch self {
            case .unspecified: 0
            case .ipv4: 12
            case .ipv6: 36
            case .unix: 216
            }
        }
    }

    /// Reads the whole header: 16 bytes, at least the block of the family, and typed values.
    private static func headerV2(_ bytes: [UInt8], family: Family) throws(ProxyProtocolError) -> ProxyProtocolHeader {
        // What follows an unspecified family has no defined form (2.2).
        guard family != .unspecified else { return ProxyProtocolHeader(route: nil) }
        let values = try Self.values(of: bytes, from: 16 + family.blockLength)
        guard family != .unix else { return ProxyProtocolHeader(route: nil, values: values) }
        let size = family == .ipv4 ? 4 : 16
        let block = bytes[16..<(16 + family.blockLength)]
        let ports = block.suffix(4).map(UInt16.init)
        guard let source = IPAddress(octets: block.prefix(size)),
            let destination = IPAddress(octets: block.dropFirst(size).prefix(size))
        else { throw .malformed }
        return ProxyProtocolHeader(
            route: Route(
                source: NetworkAddress(ip: source, port: ports[0] << 8 | ports[1]),
                destination: NetworkAddress(ip: destination, port: ports[2] << 8 | ports[3])
            ),
            values: values
        )
    }

    private static func values(of header: [UInt8], from start: Int) throws(ProxyProtocolError) -> [TypedValue] {
        var values: [TypedValue] = []
        var hasChecksum = false
        var index = start
        while index < header.count {
            guard index + 3 <= header.count else { throw .malformed }
            let type = header[index]
            let end = index + 3 + (Int(header[index + 1]) << 8 | Int(header[index + 2]))
            guard end <= header.count else { throw .malformed }
            switch type {
            case TypedValue.noop:
                break
            case TypedValue.checksum:
                guard !hasChecksum, end == index + 7 else { throw .malformed }
                hasChecksum = true
                try Self.checkSum(of: header, at: index + 3)
            default:
                values.append(TypedValue(type: type, value: Array(header[(index + 3)..<end])))
            }
            index = end
        }
        return values
    }

    /// Compares the checksum at `index` with that of the header, in which its own four bytes count as zero (2.2.3).
    private static func checkSum(of header: [UInt8], at index: Int) throws(ProxyProtocolError) {
        let written = header[index..<(index + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        var blank = header
        blank.replaceSubrange(index..<(index + 4), with: [0, 0, 0, 0])
        guard CRC32C.checksum(of: blank) == written else { throw .checksum }
    }
}

internal import CZlib
package import Events
package import Foundation
internal import Model

/// An event that waits for its destination, as it will be sent.
package struct SpooledEvent: Sendable, Equatable {
    package let id: String
    package let type: String
    package let time: Date
    /// The event in its envelope, as JSON on one line.
    package let line: String

    package init(_ envelope: EventEnvelope) {
        self.id = envelope.id.text
        self.type = envelope.type
        self.time = envelope.time
        self.line = envelope.line
    }

    init(id: String, type: String, time: Date, line: String) {
        self.id = id
        self.type = type
        self.time = time
        self.line = line
    }
}

/// How events lie in a file of the spool: one frame behind the other.
///
///     length 4 · CRC-32 4 · time 8 · length of id 1 · id · length of type 1 · type · line
///
/// Numbers have their low byte first. `length` counts what stands behind the CRC, which is of that. What a process that was
/// killed has left half written is seen by either.
enum SpoolFrame {
    static let headerBytes = 8
    /// Of what stands behind the header. An event is far below: heads have 60 KiB each.
    static let largest = 1 << 20

    /// - Returns: nil for an event that is larger than any may be.
    static func encode(_ event: SpooledEvent) -> [UInt8]? {
        let (id, type) = (Array(event.id.utf8), Array(event.type.utf8))
        guard id.count <= 255, type.count <= 255, event.line.utf8.count < Self.largest - 1024 else { return nil }
        var body: [UInt8] = []
        body.reserveCapacity(event.line.utf8.count + id.count + type.count + 10)
        body.append(number: UInt64(bitPattern: Int64(event.time.timeIntervalSince1970 * 1000)))
        body.append(UInt8(id.count))
        body += id
        body.append(UInt8(type.count))
        body += type
        body += event.line.utf8
        var frame: [UInt8] = []
        frame.reserveCapacity(Self.headerBytes + body.count)
        frame.append(number: UInt32(body.count))
        frame.append(number: Self.checksum(body))
        return frame + body
    }

    /// The frame at the start of `bytes`.
    ///
    /// - Returns: nil where there is none that is whole, and how many bytes it takes.
    static func decode(_ bytes: ArraySlice<UInt8>) -> (event: SpooledEvent, count: Int)? {
        guard let length = Self.length(bytes), bytes.count >= Self.headerBytes + length else { return nil }
        let start = bytes.startIndex
        let body = bytes[(start + Self.headerBytes)..<(start + Self.headerBytes + length)]
        let checksum = UInt32(bytes.number(at: start + 4, bytes: 4))
        guard checksum == Self.checksum(body), body.count >= 10 else { return nil }
        let time = Int64(bitPattern: body.number(at: body.startIndex, bytes: 8))
        var rest = body.dropFirst(8)
        guard let id = Self.text(&rest), let type = Self.text(&rest) else { return nil }
        let event = SpooledEvent(
            id: id,
            type: type,
            time: Date(timeIntervalSince1970: Double(time) / 1000),
            line: String(decoding: rest, as: UTF8.self)
        )
        return (event, Self.headerBytes + length)
    }

    /// What the header at the start of `bytes` says of the length; nil where it is none.
    static func length(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= Self.headerBytes else { return nil }
        let length = Int(bytes.number(at: bytes.startIndex, bytes: 4))
        return (10...Self.largest).contains(length) ? length : nil
    }

    private static func text(_ bytes: inout ArraySlice<UInt8>) -> String? {
        guard let count = bytes.popFirst().map(Int.init), bytes.count >= count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        let sum = bytes.withContiguousStorageIfAvailable { crc32(0, $0.baseAddress, uInt($0.count)) }
        return UInt32(truncatingIfNeeded: sum ?? 0)
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { self.append(contentsOf: $0) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func number(at place: Int, bytes: Int) -> UInt64 {
        self[place..<(place + bytes)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

package import NIOCore

/// One message of an event stream: its lines as they came, two of its fields as they can be changed.
///
/// A message that is not changed is written byte for byte as it came; of a changed one only the lines of the changed
/// field are new.
package struct EventStreamMessage: Sendable, Hashable {
    /// As received, with the blank line at the end.
    package let bytes: ByteBuffer
    private var newData: [UInt8]?
    private var newRetry: [UInt8]?

    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }

    /// Whether any line is a field. Comments alone (`: still here`) are no message to anyone.
    package var hasFields: Bool {
        var isFound = false
        self.forEachLine { line, _ in isFound = isFound || (line.first != Self.colon && !line.isEmpty) }
        return isFound
    }

    /// The values of the `data` lines, joined by LF; nil where there is none.
    package var data: [UInt8]? {
        if let newData = self.newData { return newData }
        var data: [UInt8]?
        self.forEachLine { line, _ in
            guard let value = Self.value(of: "data", in: line) else { return }
            data = data.map { $0 + [Self.lineFeed] + value } ?? Array(value)
        }
        return data
    }

    /// The value of the last `retry` line, as it stands there; nil where there is none.
    package var retry: [UInt8]? {
        if let newRetry = self.newRetry { return newRetry }
        var retry: [UInt8]?
        self.forEachLine { line, _ in retry = Self.value(of: "retry", in: line).map(Array.init) ?? retry }
        return retry
    }

    /// Puts `data` in place of all `data` lines, one line for each of its own. Any kind of line end begins a new one, so
    /// that no text can bring a field of its own.
    package mutating func setData(_ data: [UInt8]) { self.newData = data }

    /// Puts `retry` in place of all `retry` lines.
    ///
    /// - Returns: false, with nothing changed, where it is not all digits.
    @discardableResult
    package mutating func setRetry(_ retry: [UInt8]) -> Bool {
        guard !retry.isEmpty, retry.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return false
        }
        self.newRetry = retry
        return true
    }

    /// The message as it goes on.
    package func serialized(allocator: ByteBufferAllocator) -> ByteBuffer {
        guard self.newData != nil || self.newRetry != nil else { return self.bytes }
        var output = allocator.buffer(capacity: self.bytes.readableBytes)
        var (data, retry) = (self.newData, self.newRetry)
        self.forEachLine { line, end in
            if self.newData != nil, Self.value(of: "data", in: line) != nil {
                if let data = data.take() { Self.write(data, to: &output) }
            } else if self.newRetry != nil, Self.value(of: "retry", in: line) != nil {
                if let retry = retry.take() { output.writeBytes("retry: ".utf8 + retry + [Self.lineFeed]) }
            } else {
                // The line between the two is gone: together they would be one line end, and close nothing.
                if line.isEmpty, end.first == Self.lineFeed, output.readableBytesView.last == Self.carriageReturn {
                    output.writeInteger(Self.lineFeed)
                }
                output.writeBytes(line)
                output.writeBytes(end)
            }
        }
        return output
    }

    private static func write(_ data: [UInt8], to output: inout ByteBuffer) {
        var rest = data[...]
        while true {
            let line = rest.prefix { $0 != Self.lineFeed && $0 != Self.carriageReturn }
            output.writeString(line.isEmpty ? "data:" : "data: ")
            output.writeBytes(line)
            output.writeInteger(Self.lineFeed)
            rest = rest[line.endIndex...]
            guard let end = rest.popFirst() else { return }
            if end == Self.carriageReturn, rest.first == Self.lineFeed { rest.removeFirst() }
        }
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let colon = UInt8(ascii: ":")

    /// The value of a line of this field, without the one space that may stand before it.
    private static func value(of name: String, in line: ByteBufferView) -> ByteBufferView? {
        guard line.starts(with: name.utf8) else { return nil }
        let rest = line.dropFirst(name.utf8.count)
        guard let first = rest.first else { return rest }
        guard first == Self.colon else { return nil }
        let value = rest.dropFirst()
        return value.first == UInt8(ascii: " ") ? value.dropFirst() : value
    }

    /// Each line, and the line end behind it.
    private func forEachLine(_ body: (_ line: ByteBufferView, _ end: ByteBufferView) -> Void) {
        var rest = self.bytes.readableBytesView
        while !rest.isEmpty {
            let line = rest.prefix { $0 != Self.lineFeed && $0 != Self.carriageReturn }
            rest = rest[line.endIndex...]
            let isPair = rest.starts(with: [Self.carriageReturn, Self.lineFeed])
            let end = rest.prefix(isPair ? 2 : 1)
            rest = rest[end.endIndex...]
            body(line, end)
        }
    }
}

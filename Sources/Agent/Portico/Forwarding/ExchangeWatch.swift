import NIOCore

/// Reads the first line of each request and of its response as they pass by on a byte pipe.
///
/// For the terminal view alone: it looks at the beginning of a message, never alters or holds back a byte, and where
/// it loses the thread it sees fewer exchanges. The edge sends a request when the response before it is complete, so a
/// chunk that looks like a request line after a response has begun is the next request.
struct ExchangeWatch {
    /// How much of a first line is read; what is longer is cut.
    static let maxLineBytes = 512
    static let maxTargetBytes = 256

    private enum Phase {
        case request(begun: NIODeadline?)
        case response(Request)
        /// A response has begun; nothing to see before the next request.
        case body
        /// The connection has become something else than HTTP/1.
        case over
    }

    private struct Request {
        let method: String
        let target: String
        let begun: NIODeadline
    }

    private var phase = Phase.request(begun: nil)
    private var line: [UInt8] = []

    /// Bytes on their way to the upstream.
    mutating func sawRequest(_ bytes: ByteBuffer, at now: NIODeadline) {
        switch self.phase {
        case .request(let begun):
            let isWhole = self.take(bytes.readableBytesView)
            guard isWhole || self.line.count == Self.maxLineBytes else {
                self.phase = .request(begun: begun ?? now)
                return
            }
            guard let request = Self.request(self.line, isWhole: isWhole, begun: begun ?? now) else {
                self.phase = .over
                return
            }
            self.enter(.response(request))
        case .body:
            self.line.removeAll(keepingCapacity: true)
            let isWhole = self.take(bytes.readableBytesView)
            guard isWhole || self.line.count == Self.maxLineBytes,
                let request = Self.request(self.line, isWhole: isWhole, begun: now)
            else { return }
            self.enter(.response(request))
        case .response, .over:
            return
        }
    }

    /// Bytes on their way to the visitor.
    ///
    /// - Returns: the exchange whose response begins here.
    mutating func sawResponse(_ bytes: ByteBuffer, at now: NIODeadline) -> ObservedExchange? {
        guard case .response(let request) = self.phase else { return nil }
        var view = bytes.readableBytesView
        while self.take(view) || self.line.count == Self.maxLineBytes {
            guard let (status, reason) = Self.status(self.line) else {
                self.enter(.over)
                return nil
            }
            guard (100..<200).contains(status), status != 101 else {
                self.enter(status == 101 ? .over : .body)
                return ObservedExchange(
                    method: request.method,
                    target: request.target,
                    status: status,
                    reason: reason,
                    duration: now - request.begun
                )
            }
            // An interim response: the final one comes behind its empty line, or in a later chunk.
            self.line.removeAll(keepingCapacity: true)
            guard let end = Self.endOfHead(view) else { return nil }
            view = view[end...]
            guard !view.isEmpty else { return nil }
        }
        return nil
    }

    private mutating func enter(_ phase: Phase) {
        self.phase = phase
        self.line.removeAll(keepingCapacity: true)
    }

    /// Adds to the line what belongs to it.
    ///
    /// - Returns: whether the line is whole.
    private mutating func take(_ view: ByteBufferView) -> Bool {
        let rest = view.prefix(Self.maxLineBytes - self.line.count)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            self.line.append(contentsOf: rest)
            return false
        }
        self.line.append(contentsOf: rest[..<end])
        return true
    }

    private static func request(_ line: [UInt8], isWhole: Bool, begun: NIODeadline) -> Request? {
        let parts = Self.withoutReturn(line).split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].isEmpty, parts[0].count <= 32, parts[0].allSatisfy(Self.isMethodByte) else {
            return nil
        }
        if isWhole {
            guard parts.count == 3, parts[2].starts(with: "HTTP/1.".utf8) else { return nil }
        }
        return Request(
            method: String(decoding: parts[0], as: UTF8.self),
            target: String(decoding: parts[1].prefix(Self.maxTargetBytes), as: UTF8.self),
            begun: begun
        )
    }

    private static func status(_ line: [UInt8]) -> (Int, String)? {
        let line = Self.withoutReturn(line)
        guard line.starts(with: "HTTP/1.".utf8), line.count >= 12, line[8] == 0x20 else { return nil }
        var status = 0
        for byte in line[9..<12] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            status = status * 10 + Int(byte - 0x30)
        }
        let reason = line.dropFirst(13).prefix(64)
        return (status, String(decoding: reason, as: UTF8.self))
    }

    private static func withoutReturn(_ line: [UInt8]) -> ArraySlice<UInt8> {
        line.last == 0x0D ? line.dropLast() : line[...]
    }

    private static func isMethodByte(_ byte: UInt8) -> Bool {
        (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) || byte == 0x2D
    }

    private static func endOfHead(_ view: ByteBufferView) -> ByteBufferView.Index? {
        var index = view.startIndex
        while let newline = view[index...].firstIndex(of: 0x0A) {
            let next = newline + 1
            if view[next...].starts(with: [0x0D, 0x0A]) { return next + 2 }
            if view[next...].first == 0x0A { return next + 1 }
            index = next
        }
        return nil
    }
}

package import NIOCore

/// Why bytes are no detail of an exchange.
package struct TrafficDetailError: Error, Sendable, Equatable {
    package let what: String
}

extension TrafficDetail {
    /// Format 1 does not tell whether bodies are masked.
    private static let format: UInt8 = 2
    /// More than this in one list is no detail of ours.
    private static let mostItems = 10_000

    /// The detail as it is stored: a format byte, then numbers, and texts behind their lengths.
    package var bytes: ByteBuffer {
        var output = ByteBuffer()
        output.writeInteger(Self.format)
        output.write(self.request)
        output.writeFlag(self.response != nil)
        if let response { output.write(response) }
        output.writeFlag(self.isLogCut)
        output.writeNumber(self.log.count)
        for entry in self.log { output.write(entry) }
        return output
    }

    /// Reads what ``bytes`` wrote.
    package init(reading bytes: ByteBuffer) throws(TrafficDetailError) {
        var input = bytes
        guard let format = input.readInteger(as: UInt8.self), (1...Self.format).contains(format) else {
            throw TrafficDetailError(what: "it is of another format")
        }
        let request = try input.message(format)
        self.init(request: request, response: try input.flag() ? try input.message(format) : nil)
        self.isLogCut = try input.flag()
        for _ in 0..<(try input.number(upTo: Self.mostItems)) { self.log.append(try input.entry()) }
        guard input.readableBytes == 0 else { throw TrafficDetailError(what: "something stands behind it") }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeFlag(_ flag: Bool) { self.writeInteger(flag ? 1 : 0 as UInt8) }

    fileprivate mutating func writeNumber(_ number: Int) { self.writeInteger(UInt32(clamping: number)) }

    fileprivate mutating func writeText(_ text: String) {
        self.writeNumber(text.utf8.count)
        self.writeString(text)
    }

    fileprivate mutating func write(_ message: CapturedMessage) {
        self.writeNumber(message.fields.count)
        for field in message.fields {
            self.writeText(field.name)
            self.writeText(field.value)
            self.writeInteger((field.isCut ? 1 : 0) | (field.isMasked ? 2 : 0) as UInt8)
        }
        self.writeNumber(message.fieldCount)
        self.writeInteger(Int64(message.bodyBytes))
        self.writeFlag(message.isBodyMasked)
        self.writeNumber(message.body.readableBytes)
        self.writeImmutableBuffer(message.body)
    }

    fileprivate mutating func write(_ entry: PolicyLogEntry) {
        self.writeText(entry.endpoint)
        self.writeText(entry.phase)
        self.writeNumber(entry.rule)
        self.writeText(entry.name)
        self.writeText(entry.event.rawValue)
        self.writeText(entry.expression)
        self.writeNumber(entry.sights.count)
        for sight in entry.sights {
            self.writeText(sight.name)
            self.writeText(sight.value)
        }
        self.writeFlag(entry.action != nil)
        self.writeNumber(entry.action ?? 0)
        self.writeText(entry.actionType)
    }

    // MARK: Reading

    fileprivate mutating func flag() throws(TrafficDetailError) -> Bool { try self.byte() != 0 }

    private mutating func byte() throws(TrafficDetailError) -> UInt8 {
        guard let byte = self.readInteger(as: UInt8.self) else { throw TrafficDetailError(what: "it ends too early") }
        return byte
    }

    fileprivate mutating func number(upTo limit: Int = Int(UInt32.max)) throws(TrafficDetailError) -> Int {
        guard let number = self.readInteger(as: UInt32.self), number <= limit else {
            throw TrafficDetailError(what: "a number is missing or too large")
        }
        return Int(number)
    }

    private mutating func text() throws(TrafficDetailError) -> String {
        let count = try self.number()
        guard let text = self.readString(length: count) else { throw TrafficDetailError(what: "a text is cut") }
        return text
    }

    fileprivate mutating func message(_ format: UInt8) throws(TrafficDetailError) -> CapturedMessage {
        var fields: [CapturedMessage.Field] = []
        for _ in 0..<(try self.number(upTo: 10_000)) {
            var field = CapturedMessage.Field(try self.text(), try self.text())
            let flags = try self.byte()
            (field.isCut, field.isMasked) = (flags & 1 != 0, flags & 2 != 0)
            fields.append(field)
        }
        let fieldCount = try self.number()
        guard let bodyBytes = self.readInteger(as: Int64.self), bodyBytes >= 0 else {
            throw TrafficDetailError(what: "a length is missing")
        }
        let isMasked = format > 1 ? try self.flag() : false
        let count = try self.number()
        guard let body = self.readSlice(length: count) else { throw TrafficDetailError(what: "a body is cut") }
        var message = CapturedMessage(fields: fields, fieldCount: fieldCount, body: body, bodyBytes: Int(bodyBytes))
        message.isBodyMasked = isMasked
        return message
    }

    fileprivate mutating func entry() throws(TrafficDetailError) -> PolicyLogEntry {
        let endpoint = try self.text()
        let phase = try self.text()
        let rule = try self.number()
        let name = try self.text()
        guard let event = PolicyLogEntry.Event(rawValue: try self.text()) else {
            throw TrafficDetailError(what: "an event of a policy is not known")
        }
        let expression = try self.text()
        var sights: [PolicyLogEntry.Sight] = []
        for _ in 0..<(try self.number(upTo: 1000)) { sights.append(.init(try self.text(), try self.text())) }
        let hasAction = try self.flag()
        let action = try self.number()
        return PolicyLogEntry(
            endpoint: endpoint,
            phase: phase,
            rule: rule,
            name: name,
            event: event,
            expression: expression,
            sights: sights,
            action: hasAction ? action : nil,
            actionType: try self.text()
        )
    }
}

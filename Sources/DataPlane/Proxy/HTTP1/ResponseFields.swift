/// What the fields of a response mean for its framing and its connection.
struct ResponseFields {
    /// By the fields alone: `.untilClose` where none frames the body.
    private(set) var framing = BodyFraming.untilClose
    /// Whether an agent has made the response, in the place of the service that it could not reach.
    private(set) var isAgentRefusal = false
    private var asksToClose = false
    private var asksToKeepAlive = false
    private var contentLength: UInt64?
    private var isChunked = false
    private var connectionOptions = 0
    private var namesFields = false

    init() {}

    /// Reads the fields of a response; drops from `fields` what the visitor must not see.
    init(
        _ fields: inout FieldTable,
        from bytes: UnsafeRawBufferPointer,
        minorVersion: Int
    ) throws(HTTP1Error) {
        for index in 0..<fields.count {
            let slot = fields[index]
            if slot.known != .other { try self.note(slot, at: index, from: bytes, dropping: &fields) }
        }
        if self.namesFields { fields.dropNamed(in: bytes) }
        if self.isChunked {
            // Both at once, or in HTTP/1.0, is how responses are split (RFC 9112 §6.1, §11.1).
            guard self.contentLength == nil, minorVersion == 1 else { throw .transferEncoding }
            self.framing = .chunked
        } else if let length = self.contentLength {
            self.framing = .length(length)
        }
    }

    /// Whether the connection lives on after the response, by what its head says.
    func keepsAlive(minorVersion: Int) -> Bool {
        !self.asksToClose && (minorVersion == 1 || self.asksToKeepAlive)
    }

    private mutating func note(
        _ slot: FieldSlot,
        at index: Int,
        from bytes: UnsafeRawBufferPointer,
        dropping fields: inout FieldTable
    ) throws(HTTP1Error) {
        switch slot.known {
        case .contentLength:
            guard let length = bytes.decimal(in: slot.value) else { throw .contentLength }
            if let earlier = self.contentLength {
                guard earlier == length else { throw .contentLength }
                fields.drop(index)
            }
            self.contentLength = length
        case .transferEncoding:
            guard !self.isChunked, !slot.value.isEmpty else { throw .transferEncoding }
            guard bytes.matches("chunked", in: slot.value) else { throw .transferCoding }
            self.isChunked = true
        case .connection: try self.noteConnection(slot.value, from: bytes)
        // Only the edge itself speaks in this field.
        case .ngrokErrorCode:
            fields.drop(index)
            if slot.value.count >= 4, bytes.matches("8012", in: slot.value.suffix(4)) { self.isAgentRefusal = true }
        // The trailer fields are passed on, so is what announces them.
        case .trailer: fields.keep(index)
        default: break
        }
    }

    private mutating func noteConnection(_ value: Range<Int>, from bytes: UnsafeRawBufferPointer) throws(HTTP1Error) {
        for option in ListMembers(bytes, in: value) {
            self.connectionOptions += 1
            guard self.connectionOptions <= HeadLimits.connectionOptions else { throw .connection }
            if bytes.matches("close", in: option) {
                self.asksToClose = true
            } else if bytes.matches("keep-alive", in: option) {
                self.asksToKeepAlive = true
            } else if !bytes.matches("upgrade", in: option) {
                self.namesFields = true
            }
        }
    }
}

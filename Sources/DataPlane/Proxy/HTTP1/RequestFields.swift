/// What the fields of a request mean for its framing, its connection and the next hop.
struct RequestFields {
    private(set) var framing = BodyFraming.none
    private(set) var asksToClose = false
    private(set) var expectsContinue = false
    private(set) var isUpgrade = false
    private(set) var isWebSocket = false
    /// Whether the visitor takes trailer fields: its TE is `trailers`, and nothing else (RFC 9110 §10.1.4).
    private(set) var acceptsTrailers = false
    /// Whether the length is written with needless zeros, which some upstreams would read as octal.
    private(set) var lengthHasZeros = false
    /// Whether the request brought fields that the edge adds to.
    private(set) var hasForwarded = false
    /// Whether a `Connection` option takes fields away.
    private(set) var namesFields = false

    private(set) var host: Int?
    private var contentLength: UInt64?
    private var transferEncoding: Int?
    private var te: Int?
    private var expect: Int?
    private var upgrade: Int?
    private var upgradeLines = 0
    private var asksToUpgrade = false
    private var connectionOptions = 0

    init() {}

    /// Reads the fields of a request; drops from `fields` what the upstream must not see.
    init(
        _ fields: inout FieldTable,
        from bytes: UnsafeRawBufferPointer,
        method: Method,
        minorVersion: Int
    ) throws(HTTP1Error) {
        for index in 0..<fields.count {
            let slot = fields[index]
            if slot.known != .other { try self.note(slot, at: index, from: bytes, dropping: &fields) }
        }
        if self.namesFields { fields.dropNamed(in: bytes) }
        try self.frame(fields, from: bytes, minorVersion: minorVersion)
        self.settleExpectation(&fields, from: bytes, minorVersion: minorVersion)
        if self.asksToUpgrade, self.upgradeLines == 1, let upgrade = self.upgrade {
            try self.settleUpgrade(upgrade, in: &fields, from: bytes, method: method, minorVersion: minorVersion)
        }
        if let te = self.te, bytes.matches("trailers", in: fields[te].value), !self.isUpgrade {
            self.acceptsTrailers = true
        }
    }

    private mutating func note(
        _ slot: FieldSlot,
        at index: Int,
        from bytes: UnsafeRawBufferPointer,
        dropping fields: inout FieldTable
    ) throws(HTTP1Error) {
        switch slot.known {
        case .host:
            guard self.host == nil else { throw .host }
            self.host = index
        case .contentLength:
            guard self.contentLength == nil, let length = bytes.decimal(in: slot.value) else { throw .contentLength }
            self.contentLength = length
            self.lengthHasZeros = slot.valueLength > 1 && bytes[slot.value.lowerBound] == 0x30
        case .transferEncoding:
            guard self.transferEncoding == nil else { throw .transferEncoding }
            self.transferEncoding = index
        case .connection: try self.noteConnection(slot.value, from: bytes)
        case .upgrade:
            self.upgrade = index
            self.upgradeLines += 1
        case .te: self.te = index
        case .expect: self.expect = index
        case .xForwardedFor, .xForwardedProto: self.hasForwarded = true
        // The edge extends X-Forwarded-For; a Forwarded beside it would say something else.
        case .forwarded: fields.drop(index)
        default: break
        }
    }

    private mutating func noteConnection(_ value: Range<Int>, from bytes: UnsafeRawBufferPointer) throws(HTTP1Error) {
        for option in ListMembers(bytes, in: value) {
            self.connectionOptions += 1
            guard self.connectionOptions <= HeadLimits.connectionOptions else { throw .connection }
            if bytes.matches("keep-alive", in: option) { continue }
            if bytes.matches("close", in: option) {
                self.asksToClose = true
            } else if bytes.matches("upgrade", in: option) {
                self.asksToUpgrade = true
            } else {
                self.namesFields = true
            }
        }
    }

    /// RFC 9112 §6.3, with an error wherever it leaves a choice: both kinds of framing, a coding beside chunked, and
    /// Transfer-Encoding in HTTP/1.0.
    private mutating func frame(
        _ fields: borrowing FieldTable,
        from bytes: UnsafeRawBufferPointer,
        minorVersion: Int
    ) throws(HTTP1Error) {
        guard let index = self.transferEncoding else {
            if let length = self.contentLength { self.framing = .length(length) }
            return
        }
        let value = fields[index].value
        guard minorVersion == 1, self.contentLength == nil, !value.isEmpty else { throw .transferEncoding }
        guard bytes.matches("chunked", in: value) else { throw .transferCoding }
        self.framing = .chunked
    }

    /// A visitor of HTTP/1.0 can be sent no `100 Continue` (RFC 9110 §10.1.1).
    private mutating func settleExpectation(
        _ fields: inout FieldTable,
        from bytes: UnsafeRawBufferPointer,
        minorVersion: Int
    ) {
        guard let expect = self.expect else { return }
        guard minorVersion == 1 else {
            fields.drop(expect)
            return
        }
        self.expectsContinue = !self.framing.isEmpty && bytes.matches("100-continue", in: fields[expect].value)
    }
}

// MARK: - Upgrades

extension RequestFields {
    /// Lets one protocol through, when it may be passed on; everything else goes on as if it had not been asked for
    /// (RFC 9110 §7.8). What says WebSocket must be right (RFC 6455 §4.2.1), so that no upstream and edge differ about
    /// whether a tunnel has begun.
    private mutating func settleUpgrade(
        _ index: Int,
        in fields: inout FieldTable,
        from bytes: UnsafeRawBufferPointer,
        method: Method,
        minorVersion: Int
    ) throws(HTTP1Error) {
        let value = fields[index].value
        self.isWebSocket = bytes.matches("websocket", in: value)
        if self.isWebSocket {
            guard method == .get, minorVersion == 1, self.framing.isEmpty else { throw .upgrade }
            try Self.checkWebSocket(fields, from: bytes)
        } else {
            guard minorVersion == 1, self.framing.isEmpty, Self.mayPass(value, in: bytes) else { return }
        }
        self.isUpgrade = true
        fields.keep(index)
    }

    /// Whether `protocol-name [ "/" version ]` may be passed on. Another HTTP or TLS inside the tunnel would lead past
    /// every policy.
    private static func mayPass(_ value: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Bool {
        var slash = value.lowerBound
        while slash < value.upperBound, bytes[slash] != 0x2F { slash += 1 }
        let name = value.lowerBound..<slash
        guard bytes.isToken(name) else { return false }
        if slash < value.upperBound, !bytes.isToken(slash + 1..<value.upperBound) { return false }
        let isBarred =
            bytes.matches("h2c", in: name) || bytes.matches("h2", in: name) || bytes.matches("http", in: name)
            || bytes.matches("tls", in: name)
        return !isBarred
    }

    private static func checkWebSocket(
        _ fields: borrowing FieldTable,
        from bytes: UnsafeRawBufferPointer
    ) throws(HTTP1Error) {
        var key: Range<Int>?
        var version: Range<Int>?
        for index in 0..<fields.count where !fields[index].isDropped {
            let slot = fields[index]
            switch slot.known {
            case .secWebSocketKey:
                guard key == nil else { throw .upgrade }
                key = slot.value
            case .secWebSocketVersion:
                guard version == nil else { throw .webSocketVersion }
                version = slot.value
            default: break
            }
        }
        guard let version, bytes.decimal(in: version) == 13 else { throw .webSocketVersion }
        guard let key, Self.isNonce(key, in: bytes) else { throw .upgrade }
    }

    /// Sixteen bytes in base64: 22 digits and `==`.
    private static func isNonce(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard range.count == 24, bytes[range.upperBound - 1] == 0x3D, bytes[range.upperBound - 2] == 0x3D else {
            return false
        }
        for index in range.dropLast(2) {
            let byte = bytes[index]
            let isLetter = (byte | 0x20) &- 0x61 < 26
            guard isLetter || byte.decimalValue != nil || byte == 0x2B || byte == 0x2F else { return false }
        }
        return true
    }
}

extension FieldTable {
    /// Drops the fields that `Connection` names (RFC 9110 §7.6.1), but for those that frame and route the message.
    mutating func dropNamed(in bytes: UnsafeRawBufferPointer) {
        for index in 0..<self.count where self[index].known == .connection {
            for option in ListMembers(bytes, in: self[index].value) {
                for other in 0..<self.count {
                    let slot = self[other]
                    guard !slot.known.isProtected, bytes.sameName(slot.name, option) else { continue }
                    self.drop(other)
                }
            }
        }
    }
}

import NIOCore
import PolicyEngine

extension HeadEdits {
    /// What actions have changed in a head, as edits of the one that the edge writes.
    init(of head: ExchangeHead) {
        self.init()
        guard head.isEdited else { return }
        var kept: Set<Int> = []
        var added: [Edit] = []
        head.forEachField { line in
            switch line {
            case .received(let field): kept.insert(field.name.lowerBound)
            case .added(let name, let value): added.append(.add(name, value))
            }
        }
        // Actions remove by name, so that of a name all received lines are gone, or none.
        var removed: Set<String> = []
        head.received.bytes.withUnsafeReadableBytes { bytes in
            for field in head.received.fields where !kept.contains(field.name.lowerBound) {
                removed.insert(String(decoding: bytes[field.name].map(FieldName.lower), as: UTF8.self))
            }
        }
        // Without the host nobody would know whom the request is for: it can be another, not none.
        for name in removed.sorted() where name != "host" { self.append(.remove(name)) }
        for case .add(let name, let value) in added {
            self.append(name == "host" ? .set(name, value) : .add(name, value))
        }
    }

    /// Changes the head of a request, which `buffer` holds, as actions have.
    static func apply(_ request: RequestState, to buffer: inout ByteBuffer, framing: Framing) {
        guard request.head.isEdited || request.isRewritten || framing != .asIs else { return }
        if framing == .asIs, !request.isRewritten, let additions = request.head.additions,
            Self.append(additions, to: &buffer)
        {
            return
        }
        Self(of: request).apply(to: &buffer, framing: framing)
    }

    /// What actions have changed in a request: its fields, and its URL as far as an upstream sees it.
    init(of request: RequestState) {
        self.init(of: request.head)
        guard request.isRewritten else { return }
        if request.target.rawURI != request.receivedTarget.rawURI { self.append(.path(request.target.rawURI)) }
        let host = request.target.hostAndPort
        if host != request.receivedTarget.hostAndPort, !host.isEmpty { self.append(.set("host", host)) }
    }
}

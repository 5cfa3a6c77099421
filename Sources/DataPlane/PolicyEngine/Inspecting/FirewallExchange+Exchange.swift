import Addressing
import Firewall
import Model
import NIOCore

extension FirewallExchange {
    /// The exchange as the firewall looks at it: as it came, but for what earlier actions have changed.
    init(_ exchange: Exchange, _ side: BodySide, body: ByteBuffer) {
        let request = exchange.request
        self.init(
            for: FirewallParty(
                endpoint: exchange.endpoint.id.text,
                visitor: exchange.connection.client.map(\.ip.subscriber) ?? ""
            ),
            client: Party(address: exchange.connection.clientText ?? "", port: exchange.connection.client?.port ?? 0),
            server: Party(address: exchange.connection.serverText ?? "", port: exchange.connection.server?.port ?? 0),
            method: request.method,
            target: request.targetBytes,
            version: String(request.version.drop { $0 != "/" }.dropFirst()),
            head: FirewallHead(request.head),
            body: side == .request ? body : ByteBuffer(),
            response: side == .request
                ? nil
                : Response(
                    status: exchange.response.status,
                    head: FirewallHead(exchange.response.head),
                    body: body
                )
        )
    }
}

extension IPAddress {
    /// What one subscriber has of addresses: an IPv4 address, or the 64 bits that are before those which everyone chooses
    /// freely.
    fileprivate var subscriber: String { self.isIPv4 ? "\(self)" : "\(IPAddress(high: self.high, low: 0))" }
}

extension RequestState {
    /// Path and query byte for byte, unless an action has rewritten them.
    fileprivate var targetBytes: [UInt8] {
        guard let range = self.targetRange, !self.isRewritten else { return Array(self.target.rawURI.utf8) }
        return self.head.received.bytes.withUnsafeReadableBytes { Array($0[range]) }
    }
}

extension FirewallHead {
    /// All fields that are left, also those that the next hop will not see: attacks stand in them too.
    fileprivate init(_ head: ExchangeHead) {
        self.init(in: head.received.bytes)
        var lines = head.received.hidden
        var added: [(name: String, value: String)] = []
        head.forEachField { line in
            switch line {
            case .received(let field): lines.append(field)
            case .added(let name, let value): added.append((name, value))
            }
        }
        // In the order in which they came.
        lines.sort { $0.name.lowerBound < $1.name.lowerBound }
        for line in lines { self.add(name: line.name, value: line.value) }
        for line in added { self.add(line.name, line.value) }
    }
}

extension BodySide {
    /// Whether rules can make something of the body, and it is not one that must flow: of gRPC, events, upgrades.
    func isInspectable(_ exchange: Exchange) -> Bool {
        guard self.isReplaceable(exchange) else { return false }
        let type = (self == .request ? exchange.request.head : exchange.response.head).first("content-type") ?? ""
        let kind = type.utf8.prefix { $0 != UInt8(ascii: ";") }.map(\.lowercasedASCII)
        let name = Substring(decoding: kind, as: UTF8.self).trimmed
        switch self {
        case .request: return !name.hasPrefix("application/grpc")
        case .response:
            return name.isEmpty || name.hasPrefix("text/") || name.hasSuffix("json") || name.hasSuffix("xml")
                || name.hasSuffix("javascript")
        }
    }

    /// The beginning of a body as who gets it reads it. Requests are looked at as they came: the rule set refuses those that
    /// are encoded.
    func readable(_ beginning: ByteBuffer, of exchange: Exchange, limit: Int) -> ByteBuffer {
        guard self == .response else { return beginning }
        let codings = BodyCodings(self.receivedCodings(exchange))
        return codings.codings?.isEmpty ?? true ? beginning : codings.decodeBeginning(of: beginning, limit: limit)
    }
}

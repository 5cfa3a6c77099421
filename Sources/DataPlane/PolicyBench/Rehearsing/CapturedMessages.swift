import Addressing
import Capture
import Expression
import NIOCore
import PolicyEngine
import TrafficPolicy

extension RequestState {
    /// The request as it was captured; with metadata alone, what these tell of it.
    init(_ exchange: TrafficExchange, at url: EndpointURL, received time: Timestamp) {
        let facts = exchange.facts
        var fields = (exchange.detail?.request.fields ?? []).map { CaseHeader($0.name.lowercased(), $0.value) }
        // What frames the message is not for policies.
        fields.removeAll { ["content-length", "transfer-encoding", "connection"].contains($0.name) }
        if !fields.contains(where: { $0.name == "host" }) { fields.insert(CaseHeader("host", facts.host), at: 0) }
        if exchange.detail == nil, !facts.userAgent.isEmpty { fields.append(CaseHeader("user-agent", facts.userAgent)) }
        let host = facts.host.split(separator: ":", maxSplits: 1).map(String.init)
        self.init(
            method: facts.method,
            version: "HTTP/1.1",
            head: ExchangeHead(fields),
            target: RequestTarget(
                scheme: facts.scheme,
                host: (host.first ?? "\(url.host)").lowercased(),
                port: host.dropFirst().first.flatMap(UInt16.init),
                rawPath: facts.path,
                query: facts.query.isEmpty ? nil : facts.query
            ),
            contentLength: facts.requestBytes > 0 ? facts.requestBytes : nil,
            headerReceived: time
        )
    }
}

extension CaseAnswer {
    /// What the service has answered, where it was asked.
    init(_ exchange: TrafficExchange) {
        guard exchange.facts.answerer == .upstream, let status = exchange.facts.status else {
            self = .empty
            return
        }
        let fields = (exchange.detail?.response?.fields ?? []).map { CaseHeader($0.name.lowercased(), $0.value) }
        self = .response(
            status: status,
            headers: fields.filter { !["content-length", "transfer-encoding"].contains($0.name) },
            body: exchange.detail?.response.map { String(buffer: $0.body) } ?? ""
        )
    }
}

import Addressing
import Foundation
import NIOCore
import PolicyEngine
import TrafficPolicy

extension ExchangeHead {
    /// A head as it came, made of the headers of a case.
    init(_ headers: [CaseHeader]) {
        var bytes = ByteBuffer()
        let fields = headers.map { header in
            let start = bytes.writerIndex
            bytes.writeString(header.name)
            let middle = bytes.writerIndex
            bytes.writeString(header.value)
            return HeadSnapshot.Field(name: start..<middle, value: middle..<bytes.writerIndex)
        }
        self.init(HeadSnapshot(bytes: bytes, fields: fields))
    }

    /// The lines as they go on.
    var headers: [CaseHeader] {
        var headers: [CaseHeader] = []
        self.forEachField { line in
            switch line {
            case .received(let field):
                let bytes = self.received.bytes.readableBytesView
                let text = { (range: Range<Int>) in
                    String(decoding: bytes.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
                }
                headers.append(CaseHeader(text(field.name).lowercased(), text(field.value)))
            case .added(let name, let value): headers.append(CaseHeader(name, value))
            }
        }
        return headers
    }
}

extension CaseRequest {
    /// The request as an edge would have it before the policy runs; a path alone belongs to `endpoint`.
    func state(at endpoint: EndpointURL, host: BenchHost) -> RequestState {
        let target = self.target(at: endpoint)
        var headers = self.headers
        if !headers.contains(where: { $0.name == "host" }) {
            headers.insert(CaseHeader("host", target.hostAndPort), at: 0)
        }
        return RequestState(
            method: self.method,
            version: "HTTP/1.1",
            head: ExchangeHead(headers),
            target: target,
            contentLength: self.body.isEmpty ? nil : self.body.utf8.count,
            headerReceived: host.now
        )
    }

    private func target(at endpoint: EndpointURL) -> RequestTarget {
        // The reader let pass only a path or a URL.
        let parts = URLComponents(string: self.target)
        // A wildcard's own request has some name below it.
        let standard = endpoint.host.isWildcard ? "any.\(endpoint.host.base)" : "\(endpoint.host)"
        let named = self.headers.first { $0.name == "host" }?.value
        let pieces = named?.split(separator: ":", maxSplits: 1).map(String.init)
        return RequestTarget(
            scheme: parts?.scheme?.lowercased() ?? endpoint.scheme.rawValue,
            host: (parts?.host ?? pieces?.first ?? standard).lowercased(),
            port: parts?.port.flatMap(UInt16.init(exactly:)) ?? pieces?.dropFirst().first.flatMap(UInt16.init)
                ?? (endpoint.port == endpoint.scheme.defaultPort ? nil : endpoint.port),
            rawPath: parts?.percentEncodedPath ?? "/",
            query: parts?.percentEncodedQuery
        )
    }
}

internal import APITypes
internal import Addressing
internal import Capture
package import EdgeLink
internal import Foundation
internal import JSON
package import Model
internal import NIOCore

/// What is to be other about a request that is sent again; nil leaves as it was captured.
package struct ReplayEdits: Sendable {
    package var method: String?
    package var path: String?
    /// Without `?`.
    package var query: String?
    /// All of them, in the place of those that were captured.
    package var headers: [(name: String, value: String)]?
    /// In the place of those of the same names, or beside the others.
    package var setHeaders: [(name: String, value: String)] = []
    package var body: [UInt8]?
    /// The member of the pool that gets it.
    package var endpointID: String?

    package init() {}

    /// What of the request is to be other.
    var names: [String] {
        [
            (self.method != nil, "method"), (self.path != nil, "path"), (self.query != nil, "query"),
            (self.headers != nil || !self.setHeaders.isEmpty, "headers"), (self.body != nil, "body"),
        ].filter(\.0).map(\.1)
    }
}

/// A request that was sent again.
package struct ReplayResult: Sendable {
    package let answer: ReplayAnswer
    /// Headers that were left out, because what was captured of them is masked.
    package let omittedHeaders: [String]
}

extension TrafficInspector {
    private static let longestBody = 64 << 10
    private static let longestValue = 8 << 10
    private static let mostHeaders = 100

    /// Names that a browser would not let a page set, or that belong to one connection.
    private static let forbidden: Set<String> = [
        "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "expect", "host",
        "proxy-connection", "http2-settings", "forwarded", "via", "x-forwarded-for", "x-forwarded-proto",
        "x-forwarded-host", "accept-charset", "access-control-request-headers", "access-control-request-method", "date",
        "dnt", "origin-agent-cluster", "ngrok-replay-original-request-id",
    ]

    /// Sends a captured request again, as a visitor would: the policy as it is now judges it, and what becomes of it is
    /// captured. There is an audit event of it, also where nothing comes back.
    ///
    /// - Throws: `replayUnknown`, `replayNotPossible`, `replayTooOften`, `replayHeader`, `replayBody`, `replayMessage`,
    ///   `replayForeign`, `replayFailed`.
    package func replay(
        _ id: String,
        _ edits: ReplayEdits = ReplayEdits(),
        by caller: Caller
    ) async throws(Failure) -> ReplayResult {
        let traffic = try self.enabled()
        try caller.mayChange()
        let exchange = try await self.exchange(id, by: caller)
        let (order, omitted) = try await self.order(for: exchange, edits, caller)
        try traffic.replays.take(caller.account)
        let event: JSONObject = [
            "id": .string(id), "endpoint_url": .string(exchange.facts.endpoint), "method": .string(order.method),
            // Without the query, which may hold a secret.
            "path": .string(String(order.target.prefix { $0 != "?" })), "edited": .texts(edits.names),
        ]
        try await self.note("traffic_replayed.v0", of: id, event, by: caller)
        var answer = try await self.control.replay(order)
        traffic.masks.mask(&answer, of: caller.account)
        return ReplayResult(answer: answer, omittedHeaders: omitted)
    }

    private func order(
        for exchange: TrafficExchange,
        _ edits: ReplayEdits,
        _ caller: Caller
    ) async throws(Failure) -> (ReplayOrder, omitted: [String]) {
        let facts = exchange.facts
        guard let message = exchange.detail?.request else {
            throw Failure(.replayNotPossible, "Of this request metadata alone were captured.")
        }
        guard !message.isBodyCut || edits.body != nil else {
            throw Failure(.replayNotPossible, "The body of this request was cut when it was captured.")
        }
        guard !message.isBodyMasked || edits.body != nil else {
            throw Failure(.replayNotPossible, "Parts of the body of this request are masked. Give the body anew.")
        }
        let isCut = message.fieldCount > message.fields.count || message.fields.contains(where: \.isCut)
        guard !isCut || edits.headers != nil else {
            throw Failure(.replayNotPossible, "Headers of this request were cut when it was captured.")
        }
        guard let endpoint = await self.control.servedEndpoint(facts.endpoint, of: caller.account) else {
            throw Failure(.replayNotPossible, "The endpoint \(facts.endpoint) is offline.")
        }
        let (fields, omitted) = try Self.fields(message, edits, host: facts.host)
        let body = edits.body ?? Array(message.body.readableBytesView)
        guard body.count <= Self.longestBody else {
            throw Failure(.replayBody, "The body has \(body.count) bytes of at most \(Self.longestBody).")
        }
        let order = ReplayOrder(
            account: caller.account,
            url: endpoint.url,
            member: try await self.member(edits.endpointID, serving: facts.endpoint, caller),
            original: facts.id,
            method: try Self.method(edits.method ?? facts.method),
            target: try Self.target(edits.path ?? facts.path, edits.query ?? facts.query),
            fields: fields,
            body: body
        )
        return (order, omitted)
    }

    private func member(
        _ id: String?,
        serving url: String,
        _ caller: Caller
    ) async throws(Failure) -> ResourceID<EndpointKind>? {
        guard let id, !id.isEmpty else { return nil }
        guard let id = ResourceID<EndpointKind>(id),
            let endpoint = await self.control.liveEndpoint(id), endpoint.account == caller.account
        else { throw Failure(.replayForeign, "The account has no endpoint \(id.prefix(64)).") }
        guard "\(endpoint.url)" == url else {
            throw Failure(.replayForeign, "The endpoint \(id) serves \(endpoint.url), and not \(url).")
        }
        return id
    }

    // MARK: The request

    private static func method(_ method: String) throws(Failure) -> String {
        guard (1...32).contains(method.utf8.count), self.isToken(method), method != "CONNECT", method != "TRACE",
            method == method.uppercased()
        else { throw Failure(.replayMessage, "\"\(method.prefix(40))\" is no method that can be sent.") }
        return method
    }

    private static func target(_ path: String, _ query: String) throws(Failure) -> String {
        let target = query.isEmpty ? path : "\(path)?\(query)"
        guard path.utf8.first == UInt8(ascii: "/"), target.utf8.count <= 8192, !path.utf8.contains(UInt8(ascii: "?")),
            target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else {
            throw Failure(.replayMessage, "A path begins with / and has neither blanks nor letters beyond ASCII.")
        }
        return target
    }

    private static func fields(
        _ message: CapturedMessage,
        _ edits: ReplayEdits,
        host: String
    ) throws(Failure) -> (fields: [(name: String, value: String)], omitted: [String]) {
        let count = (edits.headers?.count ?? 0) + edits.setHeaders.count
        guard count <= Self.mostHeaders else {
            throw Failure(.replayHeader, "There are \(count) headers of at most \(Self.mostHeaders).")
        }
        var fields: [(name: String, value: String)] = [("Host", host)]
        var omitted: [String] = []
        let given = Set(edits.setHeaders.map { $0.name.lowercased() })
        if let headers = edits.headers {
            for header in headers where header.name.lowercased() != "host" {
                try Self.check(header)
                // Sent back as it was shown.
                if header.value.contains(TrafficMask.text) {
                    omitted.append(header.name)
                } else {
                    fields.append(header)
                }
            }
        } else {
            for field in message.fields where !Self.forbidden.contains(field.name.lowercased()) {
                if field.isMasked { omitted.append(field.name) } else { fields.append((field.name, field.value)) }
            }
        }
        fields.removeAll { given.contains($0.name.lowercased()) }
        omitted.removeAll { given.contains($0.lowercased()) }
        for header in edits.setHeaders {
            try Self.check(header)
            fields.append(header)
        }
        return (fields, omitted)
    }

    private static func check(_ header: (name: String, value: String)) throws(Failure) {
        guard (1...256).contains(header.name.utf8.count), self.isToken(header.name) else {
            throw Failure(.replayHeader, "\"\(header.name.prefix(60))\" is no name of a header.")
        }
        // A tab is the one control character that may stand in a value (RFC 9110 §5.5).
        guard header.value.utf8.count <= Self.longestValue,
            header.value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 })
        else {
            throw Failure(.replayHeader, "The value of \(header.name) is too long, or has characters that end a line.")
        }
        guard !Self.forbidden.contains(header.name.lowercased()) else {
            throw Failure(.replayHeader, "The header \(header.name) is the edge's to say.")
        }
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case let other: "!#$%&'*+-.^_`|~".utf8.contains(other)
            }
        }
    }
}

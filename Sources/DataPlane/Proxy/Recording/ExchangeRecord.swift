import EdgeLink
import Events
import Foundation
import Model
import NIOCore
import PolicyEngine

/// What is remembered of a visitor's request for whoever reads of it later: made for each, where somebody does.
final class ExchangeRecord {
    /// `req_` and 32 digits.
    let id: String
    /// Nil where the request is not traced.
    let span: TraceSpan?
    private var request: TrafficEvent.Request
    private let began: UInt64
    /// Whether the upstream is told the number; a visitor may have given one of its own.
    private let passesID: Bool
    /// Whether the fields of heads are wanted.
    private let recordsHeads: Bool
    private var account: ResourceID<AccountKind>?

    init(_ head: RequestHead, in bytes: UnsafeRawBufferPointer, isSecure: Bool, loop: ProxyLoop) {
        let observation = loop.observation
        let fields = RecordedFields(head, in: bytes, isTraced: observation.traces != nil)
        self.recordsHeads = loop.recordsHeads
        self.id = loop.drawRequestID()
        self.passesID = observation.passesRequestIDs && !fields.hasRequestID
        self.began = NIODeadline.now().uptimeNanoseconds
        let context = fields.traceparent
        var isTraced = observation.traces != nil
        if isTraced {
            let isChosen = Int(loop.random.next() % 1000) < observation.tracedPerMille
            isTraced = observation.followsVisitors ? context?.isSampled ?? isChosen : isChosen
        }
        self.span =
            isTraced
            ? TraceSpan(
                high: context?.high ?? loop.random.next(),
                low: context?.low ?? loop.random.next(),
                id: loop.random.next() | 1,
                parent: context?.parent
            ) : nil
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let target = text(head.pathRange)
        let query = target.firstIndex(of: "?")
        self.request = TrafficEvent.Request(
            method: text(head.methodRange),
            scheme: isSecure ? "https" : "http",
            host: head.hostRange.map(text) ?? "",
            path: query.map { String(target[..<$0]) } ?? target,
            query: query.map { String(target[target.index(after: $0)...]) } ?? ""
        )
        self.request.userAgent = fields.userAgent
        self.request.id = self.id
        self.request.span = self.span
        self.request.bodyBytes = 0
        self.request.responseBytes = 0
        if self.recordsHeads { self.request.fields = head.fields.recorded(in: bytes) }
    }

    func note(_ upstream: Upstream) {
        self.request.endpoint = upstream.urlText
        self.account = upstream.endpoint.account
    }

    func note(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        if self.recordsHeads { self.request.responseFields = head.fields.recorded(in: bytes) }
    }

    func noteBody(_ count: Int) { self.request.bodyBytes? += count }
    func noteResponse(_ count: Int) { self.request.responseBytes? += count }
    func note(_ code: ErrorCode) { self.request.errorCode = code.name }

    // MARK: Passing on

    /// The request is about to go over `link`: what is said anew is not said as it came.
    func prepare(_ head: RequestHead, in bytes: UnsafeRawBufferPointer, over link: any ExchangeLink) {
        if self.span != nil { head.drop("traceparent", in: bytes) }
        if let link = link as? HTTP1Link { self.request.connectionReused = link.exchanges > 0 }
    }

    /// What the upstream is told beside what the visitor says.
    var lines: ByteBuffer {
        var lines = ByteBuffer()
        if let span { lines.writeString("Traceparent: \(span.traceparent)\r\n") }
        if self.passesID { lines.writeString("X-Request-Id: \(self.id)\r\n") }
        return lines
    }

    // MARK: The end

    /// The request is over: hands on what there is to tell.
    ///
    /// - Parameters:
    ///   - status: 0 where the visitor left before there was one.
    ///   - context: its connection.
    ///   - judged: what its policy did; nil where it has none.
    func report(status: Int, over context: ExchangeContext, judgedBy judged: JudgedExchange?) {
        let observation = context.loop.observation
        let traces = self.span == nil ? nil : observation.traces
        let subscribers = context.loop.subscribers
        guard observation.accessLog != nil || traces != nil || subscribers != nil else { return }
        self.request.status = status == 0 ? nil : status
        self.request.nanoseconds = NIODeadline.now().uptimeNanoseconds &- self.began
        var connection = TrafficEvent.Connection(context.facts)
        // Without TLS it is the request that names a host.
        if connection.serverName.isEmpty { connection.serverName = Self.name(of: self.request.host) }
        let event = TrafficEvent(
            // A policy that answers itself asks no upstream.
            of: self.account ?? judged?.policy.endpoint.account,
            at: Date(),
            connection: connection,
            request: self.request,
            policy: judged.map { .init($0.policy.record) } ?? .init()
        )
        if let log = observation.accessLog { log.record(self.recordsHeads ? event.withoutHeads : event) }
        traces?.record(event)
        // A request whose visitor left before there was an answer is not complete.
        if status != 0 { subscribers?.record(event) }
    }

    /// A host without its port.
    private static func name(of host: String) -> String {
        guard !host.hasPrefix("[") else { return String(host.dropFirst().prefix { $0 != "]" }) }
        return String(host.prefix { $0 != ":" })
    }
}

extension FieldTable {
    /// All of them, as they came.
    fileprivate func recorded(in bytes: UnsafeRawBufferPointer) -> RecordedHead {
        var length = 0
        for index in 0..<self.count { length += self[index].name.count + self[index].value.count }
        var head = RecordedHead(fields: self.count, bytes: length)
        for index in 0..<self.count {
            head.append(
                name: UnsafeRawBufferPointer(rebasing: bytes[self[index].name]),
                value: UnsafeRawBufferPointer(rebasing: bytes[self[index].value])
            )
        }
        return head
    }
}

/// What a record wants of the fields of a head, found in one walk.
private struct RecordedFields {
    var userAgent = ""
    var hasRequestID = false
    var traceparent: TraceContext?

    init(_ head: RequestHead, in bytes: UnsafeRawBufferPointer, isTraced: Bool) {
        var contexts = 0
        for index in 0..<head.fields.count {
            let slot = head.fields[index]
            switch slot.nameLength {
            case 10 where bytes.matches("user-agent", in: slot.name):
                self.userAgent = String(decoding: bytes[slot.value], as: UTF8.self)
            case 12 where bytes.matches("x-request-id", in: slot.name):
                self.hasRequestID = true
            case 11 where isTraced && bytes.matches("traceparent", in: slot.name):
                contexts += 1
                self.traceparent = TraceContext(traceparent: bytes[slot.value])
            default: break
            }
        }
        // Two of them are none.
        if contexts > 1 { self.traceparent = nil }
    }
}

import Testing

@testable import Events

@Suite struct EventTypeTests {
    @Test func `No name stands for two types`() {
        #expect(Set(EventType.all.map(\.name)).count == EventType.all.count)
        #expect(EventType.all.allSatisfy { $0.name.hasSuffix(".v0") })
    }

    @Test func `A type is found by its name`() {
        for type in EventType.all { #expect(EventType.named(type.name) == type) }
        #expect(EventType.named("ip_policy_created") == nil)
        #expect(EventType.named("") == nil)
    }

    @Test(arguments: [(EventType.httpRequestComplete, 35), (EventType.tcpConnectionClosed, 11)])
    func `Traffic has fields, and filters use those of the connection`(type: EventType, count: Int) throws {
        let fields = try #require(type.fields)
        #expect(fields.count == count)
        #expect(Set(fields.map(\.path)).count == fields.count)
        #expect(
            fields.filter(\.isFilterable).map(\.path) == [
                "conn.client_ip", "conn.server_ip", "conn.server_name", "conn.server_port",
            ]
        )
    }

    @Test func `Audit events have no fields to choose`() {
        #expect(
            EventType.all.filter { $0.fields != nil }.map(\.name).sorted() == [
                "http_request_complete.v0", "tcp_connection_closed.v0",
            ]
        )
    }
}

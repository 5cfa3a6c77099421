import Capture
import Foundation
import Model
import Testing

@testable import TrafficStore

@Suite struct TrafficFilterTests {
    @Test(
        arguments: [
            ("ev.http.request.method == 'post'", true),
            ("obj.method == 'POST' && obj.status >= 500", true),
            ("ev.http.response.status_code in [200, 201]", false),
            ("ev.http.request.url.path.startsWith('/orders')", true),
            ("ev.conn.client_ip == '192.0.2.7'", true),
            ("obj.started_at > timestamp('2026-01-01T00:00:00Z')", true),
            ("ev.duration_us > 1000 && obj.answered_by == 'upstream'", true),
            ("obj.path.matches('^/o.*[0-9]$')", true),
            ("obj.is_full", false),
        ]
    )
    func `A filter speaks of exchanges as events and answers do`(source: String, isWanted: Bool) throws {
        #expect(try TrafficFilter(source).matches(Samples.exchange().facts) == isWanted, "\(source)")
    }

    @Test(arguments: ["", "obj.nothing == 1", "obj.status", "obj.status == 'x'", "1 +"])
    func `What is no condition on exchanges is refused`(source: String) {
        #expect(throws: (any Error).self) { try TrafficFilter(source) }
    }
}

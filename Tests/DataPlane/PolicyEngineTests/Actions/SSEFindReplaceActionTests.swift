import Expression
import Model
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// sse-find-replace, and the phase of messages (`spec/traffic-policy.md` 4.21, 1.3).
@Suite struct SSEFindReplaceActionTests {
    private let host = FixtureHost()

    /// What the visitor gets of a stream of events.
    private func pass(
        _ pieces: [String],
        replacements: String,
        fields: [(String, String)] = [("Content-Type", "text/event-stream")],
        extra: String = ""
    ) throws -> (text: String, exchange: Exchange) {
        let exchange = try ExchangeFixture().exchange(
            """
            on_event_stream_message:
              - actions:
                  - type: sse-find-replace
                    config:
                      replacements: \(replacements)
            \(extra)
            """
        )
        exchange.begin(ResponseState(status: 200, head: receivedHead(fields), contentLength: 500))
        #expect(exchange.run(.httpResponse)?.brief == "proceed")
        guard !exchange.responseFilters.isEmpty else { return (pieces.joined(), exchange) }
        let output = try CompressResponseActionTests.pass(pieces, through: exchange)
        return (output.map { String(buffer: $0) }.joined(), exchange)
    }

    @Test func `Each message is changed alone, other fields pass untouched`() throws {
        let (text, exchange) = try self.pass(
            ["id: 1\nda", "ta: card 1234\n\n: note\n\nevent: e\ndata:5678\n\n"],
            replacements: "[{from: '[0-9]{4}', to: '****'}]"
        )
        #expect(text == "id: 1\ndata: card ****\n\n: note\n\nevent: e\ndata: ****\n\n")
        #expect(exchange.response.contentLength == nil)
    }

    @Test func `Nothing is found across two messages`() throws {
        let stream = "data: a\n\ndata: b\n\n"
        #expect(try self.pass([stream], replacements: "[{from: '(?s)a.*b', to: x}]").text == stream)
    }

    @Test func `field: data by default, as lines joined by a newline and split again`() throws {
        #expect(
            try self.pass(["data: a\ndata: b\n\n"], replacements: "[{from: \"a\\nb\", to: c}]").text == "data: c\n\n"
        )
        #expect(
            try self.pass(["data: a,b\n\n"], replacements: "[{from: ',', to: \"\\n\"}]").text == "data: a\ndata: b\n\n"
        )
    }

    @Test func `field: retry, kept where the result is not all digits`() throws {
        let stream = "retry: 100\ndata: 100\n\n"
        #expect(
            try self.pass([stream], replacements: "[{field: retry, from: '1', to: '2'}]").text
                == "retry: 200\ndata: 100\n\n"
        )
        #expect(try self.pass([stream], replacements: "[{field: retry, from: '1', to: 'x'}]").text == stream)
        #expect(try self.pass([stream], replacements: "[{field: retry, from: '.*'}]").text == stream)
    }

    @Test func `field: an expression is worked out for the message, and must name a field`() throws {
        let words = "[{field: \"${req.method == 'GET' ? 'retry' : 'data'}\", from: '1', to: '2'}]"
        #expect(try self.pass(["retry: 1\ndata: 1\n\n"], replacements: words).text == "retry: 2\ndata: 1\n\n")
        let failure = #expect(throws: Failure.self) {
            try self.pass(["data: 1\n\n"], replacements: "[{field: '${req.method}', from: '1'}]")
        }
        #expect(failure?.code == .replacementInterpolation)
    }

    @Test func `to: absent deletes, groups are filled in`() throws {
        #expect(try self.pass(["data: abc\n\n"], replacements: "[{from: b}]").text == "data: ac\n\n")
        #expect(
            try self.pass(["data: a=1\n\n"], replacements: "[{from: '(.)=(.)', to: $2=$1}]").text == "data: 1=a\n\n"
        )
    }

    @Test func `Results are those of the message that was looked at last`() throws {
        let (_, exchange) = try self.pass(["data: ab\n\ndata: b\n\n"], replacements: "[{from: a}, {from: b}]")
        let environment = PolicyLanguage.environment(of: .eventStreamMessage)
        let template = "${actions.ngrok.sse_find_replace.replacements.map(r, r.matched_content).join(',')}"
        #expect(try exchange.text(of: environment.compile(template: template)) == "b")
    }

    @Test func `Only event streams are looked at`() throws {
        let text = "data: a\n\n"
        for fields in [[("Content-Type", "text/plain")], []] {
            #expect(try self.pass([text], replacements: "[{from: a}]", fields: fields).text == text)
        }
        let compressed = [("Content-Type", "text/event-stream"), ("Content-Encoding", "br")]
        let run = try self.pass([text], replacements: "[{from: a}]", fields: compressed)
        #expect(run.text == text)
        #expect(run.exchange.record.problems.count == 1)
    }

    @Test func `Messages are changed before they are compressed`() throws {
        var fixture = ExchangeFixture()
        fixture.fields.append(("Accept-Encoding", "gzip"))
        let exchange = try fixture.exchange(
            """
            on_http_response:
              - actions:
                  - type: compress-response
            on_event_stream_message:
              - actions:
                  - type: sse-find-replace
                    config: {replacements: [{from: a, to: b}]}
            """
        )
        exchange.begin(
            ResponseState(status: 200, head: receivedHead([("Content-Type", "text/event-stream")]), contentLength: nil)
        )
        #expect(exchange.run(.httpResponse)?.brief == "proceed")
        #expect(exchange.responseFilters.count == 2)
        #expect(exchange.responseFilters.first is EventStreamFilter)
    }

    @Test func `A stream whose message is too long, or whose rule fails, is broken off`() throws {
        #expect(throws: EventStreamError.messageTooLong) {
            try self.pass(["data: " + String(repeating: "a", count: 1 << 20)], replacements: "[{from: a}]")
        }
        let failure = #expect(throws: Failure.self) {
            try self.pass(["data: a\n\n"], replacements: "[{from: '(${req.method}'}]")
        }
        #expect(failure?.code == .replacementPattern)
    }

    @Test func `What is left at the end of the stream goes on`() throws {
        #expect(try self.pass(["data: a\n\ndata: a"], replacements: "[{from: a, to: b}]").text == "data: b\n\ndata: a")
    }
}

import AgentRuntime
import Foundation
import NIOCore
import Testing

@testable import AgentConsole
@testable import Portico

/// What goes to descriptors.
@Suite(.timeLimit(.minutes(1)))
struct OutputTests {
    /// Runs `body` with the two ends of a pipe.
    private static func withPipe(_ body: (_ read: FileHandle, _ write: FileHandle) async throws -> Void) async throws {
        let pipe = Pipe()
        try await body(pipe.fileHandleForReading, pipe.fileHandleForWriting)
    }

    @Test func `What is written comes out in order`() async throws {
        try await Self.withPipe { read, write in
            let writer = OutputWriter(descriptor: write.fileDescriptor)
            for number in 0..<100 { #expect(writer.write("\(number)\n")) }
            await writer.drain(within: .seconds(10))
            try write.close()
            let text = String(decoding: try #require(try read.readToEnd()), as: UTF8.self)
            #expect(text == (0..<100).map { "\($0)\n" }.joined())
        }
    }

    @Test func `A pipe that nobody reads holds up nobody and costs no more than the bound`() async throws {
        try await Self.withPipe { read, write in
            let writer = OutputWriter(descriptor: write.fileDescriptor, limit: 1 << 20)
            let line = String(repeating: "x", count: 1023) + "\n"
            var accepted = 0
            for _ in 0..<10_000 where writer.write(line) { accepted += 1 }
            #expect(accepted < 2000)
            #expect(writer.takeDropped() == 10_000 - accepted)
            let clock = ContinuousClock()
            let time = await clock.measure { await writer.drain(within: .milliseconds(50)) }
            #expect(time < .seconds(5))
            // Somebody reads after all: what was accepted is there, whole.
            var total = 0
            while total < accepted * 1024 { total += try read.read(upToCount: accepted * 1024 - total)?.count ?? 0 }
            #expect(total == accepted * 1024)
        }
    }

    @Test func `A reader that has gone ends the writing, not the process`() async throws {
        signal(SIGPIPE, SIG_IGN)
        try await Self.withPipe { read, write in
            try read.close()
            let writer = OutputWriter(descriptor: write.fileDescriptor)
            writer.write("lost\n")
            await writer.drain(within: .seconds(10))
            #expect(!writer.write("lost too\n"))
        }
    }

    /// The lines that a display writes.
    private static func lines(
        level: LogRecord.Level = .debug,
        _ body: (LogDisplay) throws -> Void
    ) async throws -> [Substring] {
        let pipe = Pipe()
        let writer = OutputWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let display = LogDisplay(AgentLog(to: writer, format: .logfmt, level: level))
        try body(display)
        await display.finish()
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").map { $0.drop { $0 != " " }.dropFirst() }
    }

    private static func endpoint(_ upstream: String, _ scheme: Scheme) throws -> Endpoint {
        Endpoint(
            id: Endpoint.ID(value: 1),
            url: "\(scheme.rawValue)://a.example",
            options: EndpointOptions(scheme: scheme),
            upstream: try Upstream(upstream, for: scheme),
            session: AgentSession(Agent.Configuration(server: try ServerAddress("edge:1"), authtoken: "t"))
        )
    }

    @Test func `The lines that wrappers look for have their words and keys`() async throws {
        let lost = PorticoError(.disconnected, "Gone.")
        let lines = try await Self.lines { display in
            display.happened(.statusChanged(.online), details: nil)
            display.endpointStarted(try Self.endpoint("8080", .https), name: "command_line")
            display.endpointStarted(try Self.endpoint("22", .tcp), name: "ssh")
            display.happened(.latencyMeasured(.milliseconds(45)), details: nil)
            display.happened(.statusChanged(.reconnecting(lost)), details: nil)
            display.happened(.connectFailed(lost), details: nil)
            display.happened(.reconnectScheduled(.milliseconds(1500)), details: nil)
            display.happened(.commandReceived(.stop), details: nil)
            display.failed(PorticoError(.sessionRefused, code: "ERR_NGROK_107", "Unknown."))
        }
        #expect(
            lines == [
                #"lvl=info msg="client session established" obj=tunnels.session"#,
                #"lvl=info msg="tunnel session started" obj=tunnels.session"#,
                #"lvl=info msg="started tunnel" obj=tunnels name=command_line addr=http://localhost:8080 url=https://a.example"#,
                #"lvl=info msg="started tunnel" obj=tunnels name=ssh addr=//localhost:22 url=tcp://a.example"#,
                #"lvl=dbug msg="heartbeat received" latency_ms=45"#,
                #"lvl=eror msg="session closed, starting reconnect loop" err=Gone."#,
                #"lvl=eror msg="failed to reconnect session" obj=tunnels.session err=Gone."#,
                #"lvl=dbug msg="sleep before reconnect" secs=1.500"#,
                #"lvl=info msg="received stop request" obj=app stopReq={}"#,
                #"lvl=crit msg="command failed" err="Unknown. (ERR_NGROK_107)""#,
            ]
        )
    }

    @Test func `What wrappers wait for at the start comes before the session`() async throws {
        let missing = ConfigurationLocation(flags: [], environment: ["XDG_CONFIG_HOME": "/nonexistent"])
        let call = WebCall(id: "a1", path: "/api/tunnels")
        let lines = try await Self.lines { display in
            display.configurationRead(missing)
            display.configurationRead(ConfigurationLocation(flags: ["a b.yml"], environment: [:]))
            display.webServiceStarted(at: "127.0.0.1:4040", hosts: [])
            display.webServiceStarted(at: "0.0.0.0:80", hosts: ["a.example", ".b.example"])
            display.webCallBegan(call)
            display.webCallEnded(call, status: 200, after: .milliseconds(3))
            display.endpointClosed(try Self.endpoint("8080", .https), name: "web")
        }
        #expect(
            lines == [
                #"lvl=info msg="no configuration paths supplied""#,
                #"lvl=info msg="using configuration at default config path" path=/nonexistent/portico/portico.yml"#,
                #"lvl=info msg="open config file" path="a b.yml" err=nil"#,
                #"lvl=info msg="starting web service" obj=web addr=127.0.0.1:4040 allow_hosts=[]"#,
                #"lvl=info msg="starting web service" obj=web addr=0.0.0.0:80 allow_hosts="[a.example .b.example]""#,
                #"lvl=info msg=start pg=/api/tunnels id=a1"#,
                #"lvl=info msg=end pg=/api/tunnels id=a1 status=200 dur=3ms"#,
                #"lvl=info msg="stopped tunnel" obj=tunnels name=web url=https://a.example"#,
            ]
        )
    }

    @Test func `Lines below the level are not written`() async throws {
        let lines = try await Self.lines(level: .warn) { display in
            display.happened(.statusChanged(.online), details: nil)
            display.connectionOpened(
                ObservedConnection(endpoint: Endpoint.ID(value: 1), id: 1, visitor: "192.0.2.7:1", upstream: "a:1")
            )
        }
        #expect(lines.isEmpty)
    }

    @Test func `A visitor's connection is told with both ends`() async throws {
        let lines = try await Self.lines { display in
            display.connectionOpened(
                ObservedConnection(endpoint: Endpoint.ID(value: 1), id: 255, visitor: "192.0.2.7:1", upstream: "a:1")
            )
        }
        #expect(lines == [#"lvl=info msg="join connections" obj=join id=ff l=a:1 r=192.0.2.7:1"#])
    }
}

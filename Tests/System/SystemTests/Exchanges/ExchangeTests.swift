import EdgeTestSupport
import NIOCore
import Testing

/// What HTTP/1.1 promises to a visitor, on every way to the service.
@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
    @Test(arguments: Way.allCases)
    func `Requests that are sent ahead are answered in their order`(way: Way) async throws {
        try await way.with(TestUpstream.echoHead) { edge in
            let visitor = try await edge.visit()
            try await visitor.write((0..<50).map { request("GET /\($0)") }.joined())
            for number in 0..<50 {
                _ = try await visitor.read(until: "\r\n\r\n")
                #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("GET /\(number) "))
            }
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `Bodies of known length and in chunks come whole, in both directions`(way: Way) async throws {
        try await way.with(Self.echoBody) { edge in
            let visitor = try await edge.visit()
            for size in [0, 1, 8_191, 8_192, 8_193, 65_536, 1_000_000] {
                let body = String(repeating: "0123456789", count: size / 10 + 1).prefix(size)
                try await visitor.write(request("POST /", "Content-Length: \(size)\r\n", body: String(body)))
                let head = try await visitor.read(until: "\r\n\r\n")
                #expect(head.contains("Content-Length: \(size)\r\n"))
                #expect(try await visitor.read(count: size) == Array(body.utf8))

                let hex = String(size, radix: 16)
                let chunks = size == 0 ? "0\r\n\r\n" : "\(hex)\r\n\(body)\r\n0\r\n\r\n"
                try await visitor.write(request("POST /", "Transfer-Encoding: chunked\r\n", body: chunks))
                #expect(try await visitor.read(until: "\r\n\r\n").contains("Transfer-Encoding: chunked\r\n"))
                #expect(try await visitor.read(count: chunks.utf8.count) == Array(chunks.utf8))
            }
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `Trailers that come with everything else in one read are passed on, both ways`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            let body = try await upstream.read(until: "\r\n\r\n")
            #expect(body.contains("X-Sum: 1\r\n"))
            try await upstream.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 2\r\n\r\n"
            )
            _ = try await upstream.readToEnd()
        } _: { edge in
            let visitor = try await edge.visit()
            let chunks = "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
            try await visitor.write(request("POST /", "Transfer-Encoding: chunked\r\n", body: chunks))
            #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try await visitor.read(until: "\r\n\r\n") == "2\r\nok\r\n0\r\nX-Sum: 2\r\n\r\n")
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `A visitor that expects 100-continue gets it from the service, then the answer`(way: Way) async throws {
        try await way.with { upstream in
            let head = try await upstream.read(until: "\r\n\r\n")
            #expect(head.contains("Expect: 100-continue\r\n"))
            try await upstream.write("HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try await upstream.read(count: 5) == Array("hello".utf8))
            try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("POST /", "Expect: 100-continue\r\nContent-Length: 5\r\n"))
            #expect(try await visitor.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await visitor.write("hello")
            #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try await visitor.read(count: 2) == Array("ok".utf8))
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `An answer that comes during an upload reaches the visitor`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write(
                "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig"
            )
            try await upstream.finish()
            _ = try await upstream.readToEnd()
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("POST /", "Content-Length: 5000000\r\n"))
            let upload = Task {
                for _ in 0..<50 { try await visitor.write(String(repeating: "x", count: 100_000)) }
            }
            #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
            #expect(try await visitor.read(count: 3) == Array("big".utf8))
            _ = await upload.result
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `A connection whose answer came before the end of the upload serves nobody else's request`(
        way: Way
    ) async throws {
        try await way.with { upstream in
            while true {
                let head = try await upstream.read(until: "\r\n\r\n")
                // Whatever of an upload were left on a kept connection would be read as a head here.
                #expect(head.hasPrefix("POST /") || head.hasPrefix("GET /"))
                try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                if head.hasPrefix("POST /") { _ = try await upstream.read(count: 1_000_000) }
            }
        } _: { edge in
            for _ in 0..<10 {
                let uploader = try await edge.visit()
                try await uploader.write(request("POST /", "Content-Length: 1000000\r\n"))
                _ = try await uploader.read(until: "\r\n\r\n")
                let other = try await edge.visit()
                try await other.write(request("GET /"))
                #expect(try await other.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
                try await uploader.write(String(repeating: "x", count: 1_000_000))
                try await uploader.write(request("GET /"))
                #expect(try await uploader.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
                await other.close()
                await uploader.close()
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `An upgraded connection is a pipe, half closes included`(way: Way) async throws {
        try await way.with { upstream in
            let head = try await upstream.read(until: "\r\n\r\n")
            #expect(head.contains("Upgrade: test\r\n"))
            try await upstream.write(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nfirst"
            )
            let all = try await upstream.readToEnd()
            try await upstream.write("got \(all.count)")
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /", "Connection: Upgrade\r\nUpgrade: test\r\n"))
            let head = try await visitor.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            #expect(try await visitor.read(count: 5) == Array("first".utf8))
            for _ in 0..<10 { try await visitor.write(String(repeating: "y", count: 100_000)) }
            try await visitor.finish()
            #expect(try await visitor.readToEnd() == Array("got 1000000".utf8))
        }
    }

    @Test func `An upgraded connection over TLS is half-closed by a word of TLS`() async throws {
        try await TestUpstream.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n")
            let all = try await upstream.readToEnd()
            try await upstream.write("got \(all.count)")
        } _: { upstream in
            try await TestEdge.with { setup in
                try setup.addStatic("https://\(Way.host)", port: upstream.port)
            } _: { edge in
                let visitor = try await edge.visitSecurely(Way.host)
                try await visitor.write(request("GET /", "Connection: Upgrade\r\nUpgrade: test\r\n"))
                #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
                try await visitor.write(String(repeating: "y", count: 100_000))
                // Its future waits for the edge's own word.
                visitor.channel.close(mode: .output, promise: nil)
                #expect(try await visitor.readToEnd() == Array("got 100000".utf8))
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `An answer without a length ends with the connection`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "z", count: 300_000))
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /"))
            let head = try await visitor.read(until: "\r\n\r\n")
            #expect(head.contains("Connection: close\r\n"))
            #expect(try await visitor.readToEnd().count == 300_000)
        }
    }

    @Test(arguments: Way.allCases)
    func `A visitor of HTTP/1.0 gets the content without its chunks`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
            )
            _ = try await upstream.readToEnd()
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write("GET / HTTP/1.0\r\nHost: \(Way.host)\r\n\r\n")
            #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try await visitor.readToEnd() == Array("hello world".utf8))
        }
    }

    /// Answers each request with its body, framed as it came.
    private static func echoBody(_ upstream: TestConnection) async throws {
        while true {
            let head = try await upstream.read(until: "\r\n\r\n")
            if head.contains("Transfer-Encoding: chunked") {
                try await upstream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while true {
                    let line = try await upstream.read(until: "\r\n")
                    let size = try #require(Int(line.prefix { $0.isHexDigit }, radix: 16))
                    let data = try await upstream.read(count: size + 2)
                    try await upstream.write(line)
                    try await upstream.write(ByteBuffer(bytes: data))
                    if size == 0 { break }
                }
            } else {
                let length = try #require(
                    head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                        .flatMap { Int($0.dropFirst("Content-Length: ".count)) }
                )
                let body = try await upstream.read(count: length)
                try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
                try await upstream.write(ByteBuffer(bytes: body))
            }
        }
    }
}

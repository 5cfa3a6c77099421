import Benchmark
import NIOCore
import Proxy

/// Reading and writing heads: a browser's request of nine fields, and a response of six.
func headBenchmarks() {
    Benchmark("Head.scan.request") { benchmark in
        let head = RequestHead()
        request.withUnsafeBytes { bytes in
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { blackHole(head.scan(bytes)) }
        }
    }
    Benchmark("Head.scan+write.request") { benchmark in
        let head = RequestHead()
        let forwarding = ForwardedFields(address: "203.0.113.7".utf8, proto: "https")
        var buffer = ByteBufferAllocator().buffer(capacity: 2048)
        request.withUnsafeBytes { bytes in
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations {
                buffer.clear()
                _ = head.scan(bytes)
                head.write(into: &buffer, from: bytes, forwarding: forwarding)
                blackHole(buffer.readableBytes)
            }
        }
    }
    Benchmark("Head.scan.response") { benchmark in
        let head = ResponseHead()
        response.withUnsafeBytes { bytes in
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { blackHole(head.scan(bytes)) }
        }
    }
}

private let request = Array(
    """
    GET /products/1234/reviews?page=2&sort=newest HTTP/1.1\r
    Host: shop.example.com\r
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
    Accept-Language: en-GB,en;q=0.7\r
    Accept-Encoding: gzip, deflate, br, zstd\r
    Referer: https://shop.example.com/products/1234\r
    Connection: keep-alive\r
    Cookie: session=4fzN8yq2cG0b; theme=dark\r
    Cache-Control: no-cache\r
    \r

    """.utf8
)

private let response = Array(
    """
    HTTP/1.1 200 OK\r
    Server: nginx/1.22.1\r
    Date: Tue, 24 Nov 2026 16:36:00 GMT\r
    Content-Type: text/plain\r
    Content-Length: 1000\r
    Connection: keep-alive\r
    Vary: Accept-Encoding\r
    \r

    """.utf8
)

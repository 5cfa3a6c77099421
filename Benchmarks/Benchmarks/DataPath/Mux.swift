import Benchmark
import Mux
import NIOCore

/// Decoding what a peer sent: one large DATA frame, as bodies come, and a read full of small ones, as many streams send.
func muxBenchmarks() {
    Benchmark("Mux.decode.data16KiB") { benchmark in
        try decode(frames(of: 16_376, count: 1), benchmark)
    }
    Benchmark("Mux.decode.64×data200B", configuration: .init(scalingFactor: .one)) { benchmark in
        try decode(frames(of: 200, count: 64), benchmark)
    }
    Benchmark("Mux.encode.64×data200B", configuration: .init(scalingFactor: .one)) { benchmark in
        let payload = ByteBuffer(repeating: 0x78, count: 200)
        var encoder = FrameEncoder()
        for _ in benchmark.scaledIterations {
            for stream in 1...64 as ClosedRange<UInt32> {
                encoder.startData(stream: stream, length: 200)
                encoder.append(payload)
            }
            let taken = encoder.take()
            blackHole(taken.readableBytes)
            encoder.reuse(taken)
        }
    }
}

private func decode(_ bytes: ByteBuffer, _ benchmark: Benchmark) throws {
    var decoder = FrameDecoder()
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
        var buffer = bytes
        while let event = try decoder.next(from: &buffer) { blackHole(event) }
    }
}

private func frames(of length: Int, count: UInt32) -> ByteBuffer {
    let payload = ByteBuffer(repeating: 0x78, count: length)
    var encoder = FrameEncoder()
    for stream in 1...count {
        encoder.startData(stream: stream, length: length)
        encoder.append(payload)
    }
    return encoder.take()
}

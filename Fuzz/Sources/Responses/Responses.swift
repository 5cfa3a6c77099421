import FuzzDriver
import NIOCore
import Proxy

/// Responses: the bytes mean the same wherever they were cut.
@main enum Responses {
    static func main() {
        _ = runFuzzer { start, count in
            let input = FuzzInput(start, count)
            let head = ResponseHead()
            let result = input.bytes.withUnsafeBytes { head.scan($0) }
            claim(Self.scanned(input.pieces) == result, "cutting changed a head")
            guard case .complete(let headBytes) = result else { return 0 }
            claim((1...input.bytes.count).contains(headBytes), "a head of impossible size")
            var reader = BodyReader(head.framing(forHEAD: false))
            var buffer = ByteBuffer(bytes: input.bytes[headBytes...])
            var taken = 0
            while case .some(let bytes, let ended) = reader.take(&buffer), !ended { taken += bytes.readableBytes }
            claim(taken <= input.bytes.count, "a body of more than came")
            return 0
        }
    }

    private static func scanned(_ pieces: [ArraySlice<UInt8>]) -> ScanResult {
        let head = ResponseHead()
        var progress = HeadProgress()
        var arrived: [UInt8] = []
        for piece in pieces {
            arrived += piece
            let result = arrived.withUnsafeBytes { head.scan($0, progress: &progress) }
            if result != .incomplete { return result }
        }
        return .incomplete
    }
}

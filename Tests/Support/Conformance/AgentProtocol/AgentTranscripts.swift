package import Foundation
import Mux
import NIOCore
import TestSupport

/// Replays the recorded exchanges of published agents: every frame through the codec, the agent's side against our
/// server, the server's side against our agent, each cut in several ways.
package func runAgentTranscripts(folder: URL) throws -> [CaseResult] {
    try AgentTranscript.all(in: folder).flatMap { transcript in
        var results = [result("\(transcript.name), codec") { try checkCodec(transcript) }]
        for cut in Cut.all {
            results.append(result("\(transcript.name), server, \(cut.name)") { try replayToServer(transcript, cut) })
        }
        guard AgentReplay.isMeaningful(transcript) else { return results }
        for cut in Cut.all {
            results.append(result("\(transcript.name), agent, \(cut.name)") { try replayToAgent(transcript, cut) })
        }
        return results
    }
}

private func result(_ name: String, _ run: () throws -> Void) -> CaseResult {
    do {
        try run()
        return CaseResult(name: name, failure: nil)
    } catch {
        return CaseResult(name: name, failure: "\(error)")
    }
}

/// How bytes that come together are cut.
struct Cut: Sendable {
    let name: String
    private let seed: UInt64?
    private let size: Int

    /// Beyond the first few thousand bytes nothing but bulk is left, which is cut less finely.
    func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var random = SeededGenerator(seed: self.seed ?? 0)
        let (fine, bulk) = (Array(bytes.prefix(8192)), bytes.dropFirst(8192))
        let coarse = Self.pieces(of: Array(bulk), by: max(self.size, 997))
        if self.seed != nil { return random.pieces(of: fine, atMost: self.size) + coarse }
        return Self.pieces(of: fine, by: self.size) + coarse
    }

    private static func pieces(of bytes: [UInt8], by size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    static let all: [Cut] =
        [Cut(name: "whole", seed: nil, size: 1 << 24), Cut(name: "bytes", seed: nil, size: 1)]
        + (UInt64(1)...6).map { seed in Cut(name: "seed \(seed)", seed: seed, size: 40) }
}

// MARK: - Codec

private func checkCodec(_ transcript: AgentTranscript) throws {
    for (index, frame) in transcript.frames.enumerated() where !frame.isTruncated {
        let bytes = try frame.bytes()
        guard let expected = try encode(frame) else { continue }
        guard expected == bytes else { throw ReplayDifference("frame \(index) is encoded as \(expected.hex)") }
        var decoder = FrameDecoder()
        var buffer = ByteBuffer(bytes: bytes)
        let event = try decoder.next(from: &buffer)
        guard buffer.readableBytes == 0, let event, matches(event, frame) else {
            throw ReplayDifference("frame \(index) is decoded as \(String(describing: event))")
        }
    }
}

/// The frame that the fields describe; nil for types that are only for decoding.
private func encode(_ frame: AgentTranscript.Frame) throws -> [UInt8]? {
    var encoder = FrameEncoder()
    switch frame.type {
    case "DATA":
        var flags: FrameFlags = frame.opens ? .syn : []
        if frame.ends { flags.insert(.fin) }
        encoder.startData(stream: frame.stream, length: frame.length, flags: flags)
        encoder.append(ByteBuffer(bytes: try frame.payload()))
    case "RST": encoder.reset(stream: frame.stream, code: MuxErrorCode(rawValue: frame.code ?? 0))
    case "WNDINC": encoder.credit(stream: frame.stream, increment: frame.increment ?? 0)
    case "GOAWAY":
        encoder.goAway(
            lastStream: frame.last_stream ?? 0,
            code: MuxErrorCode(rawValue: frame.code ?? 0),
            debug: frame.debug ?? ""
        )
    default: return nil
    }
    return Array(encoder.take().readableBytesView)
}

private func matches(_ event: FrameDecoder.Event, _ frame: AgentTranscript.Frame) -> Bool {
    switch event {
    case .data(let part):
        frame.type == "DATA" && part.header.stream == frame.stream && part.header.length == frame.length
            && part.header.flags.contains(.fin) == frame.ends && part.header.flags.contains(.syn) == frame.opens
            && part.bytes.readableBytes == frame.length
    case .reset(let stream, let code):
        frame.type == "RST" && stream == frame.stream && code.rawValue == frame.code
    case .credit(let stream, let increment):
        frame.type == "WNDINC" && stream == frame.stream && increment == frame.increment
    case .goAway(let lastStream, let code, let debug):
        frame.type == "GOAWAY" && lastStream == frame.last_stream && code.rawValue == frame.code
            && debug == frame.debug
    case .malformed: false
    }
}

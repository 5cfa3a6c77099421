import JSON
import AgentProtocol
import Foundation
import Mux
import NIOCore
import TestSupport

/// One recorded exchange between a published agent and a server (`conformance/agent-protocol/README.md`).
struct AgentTranscript: Decodable, Sendable {
    struct Frame: Decodable, Sendable {
        let dir: String
        let type: String
        let flags: [String]
        let stream: UInt32
        let length: Int
        let hex: String
        let stream_type: UInt32?
        let json: TestSupport.JSONValue?
        let proxy_header_length: Int?
        let increment: Int?
        let code: UInt32?

        var isFromAgent: Bool { self.dir == "agent>server" }
        var opens: Bool { self.flags.contains("SYN") }
        var ends: Bool { self.flags.contains("FIN") }
        /// Some files cut long payloads.
        var isTruncated: Bool { self.hex.hasSuffix("...") }
    }

    struct Client: Decodable, Sendable {
        let user_agent: String?
    }

    let name: String
    let client: Client
    let frames: [Frame]

    /// Every transcript of `folder`, by name.
    static func all(in folder: URL) throws -> [AgentTranscript] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return
            try files
            .filter { $0.pathExtension == "json" && $0.lastPathComponent != "vectors.json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try readJSON(AgentTranscript.self, at: $0) }
    }
}

extension AgentTranscript.Frame {
    /// The frame as on the wire. A payload that was cut is filled up: what it held is told by no field.
    func bytes() throws -> [UInt8] {
        guard self.isTruncated else { return try [UInt8](hex: self.hex) }
        let known = try [UInt8](hex: self.hex.dropLast(3))
        let missing = FrameHeader.size + self.length - known.count
        return known + Array(repeating: UInt8(ascii: "x"), count: max(missing, 0))
    }

    func payload() throws -> [UInt8] {
        Array(try self.bytes().dropFirst(FrameHeader.size))
    }

    /// The frame with another stream id.
    func bytes(onStream id: UInt32) throws -> [UInt8] {
        var bytes = try self.bytes()
        for (index, shift) in [24, 16, 8, 0].enumerated() where bytes.count > 4 + index {
            bytes[4 + index] = UInt8(truncatingIfNeeded: id >> shift)
        }
        return bytes
    }

    /// The payload's JSON, read by the module under test.
    func object() throws -> JSONObject? {
        guard self.json != nil else { return nil }
        let payload = try self.payload().dropFirst(self.opens ? 4 : 0)
        return try JSONObject(message: ByteBuffer(bytes: payload))
    }
}

/// What one side has said on one stream, whatever the frames were.
struct StreamDigest: Equatable {
    var payload: [UInt8] = []
    var hasEnded = false
    var reset: UInt32?
}

/// What one side has said on a connection.
struct ConnectionDigest: Equatable {
    var streams: [UInt32: StreamDigest] = [:]
    /// The code of its GOAWAY.
    var farewell: UInt32?

    /// Reads frames as they are on the wire. Credit is left out: it is each side's own affair.
    init(frames bytes: [UInt8]) throws {
        var decoder = FrameDecoder()
        var buffer = ByteBuffer(bytes: bytes)
        while let event = try decoder.next(from: &buffer) {
            switch event {
            case .data(let part):
                self.streams[part.header.stream, default: StreamDigest()].payload += part.bytes.readableBytesView
                if part.isLast, part.header.flags.contains(.fin) {
                    self.streams[part.header.stream, default: StreamDigest()].hasEnded = true
                }
            case .reset(let stream, let code):
                self.streams[stream, default: StreamDigest()].reset = code.rawValue
            case .goAway(_, let code, _): self.farewell = code.rawValue
            case .credit, .malformed: break
            }
        }
    }
}

/// Why a replay differs from its transcript.
struct ReplayDifference: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Whether two payloads are the same JSON, behind a stream type if there is one. The order of members is free.
func isSameJSON(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    let isTyped = one.first == 0
    guard !isTyped || one.prefix(4) == other.prefix(4) else { return false }
    let left = foreignJSON(one.dropFirst(isTyped ? 4 : 0))
    return left != nil && left == foreignJSON(other.dropFirst(isTyped ? 4 : 0))
}

/// A proxied stream's payload behind its preamble, whose JSON may be written in other ways.
struct ProxiedPayload {
    let header: TestSupport.JSONValue
    let rest: ArraySlice<UInt8>

    /// - Returns: nil when `payload` is not that of a proxied stream.
    init?(_ payload: [UInt8]) {
        guard payload.count >= 12, payload.starts(with: [0, 0, 0, 3]) else { return nil }
        let length = payload[4..<12].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard let header = foreignJSON(payload.dropFirst(12).prefix(length)) else { return nil }
        self.header = header
        self.rest = payload.dropFirst(12 + length)
    }
}

/// Reads JSON with a reader that isn't ours: two faults of ours must not cancel each other.
private func foreignJSON(_ bytes: ArraySlice<UInt8>) -> TestSupport.JSONValue? {
    try? JSONDecoder().decode(TestSupport.JSONValue.self, from: Data(bytes))
}

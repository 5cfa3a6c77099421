package import Foundation
import Mux
import TestSupport

/// Runs the frame and flow-control cases of `vectors.json` and the codec over every transcript
/// (conformance/agent-protocol/README.md).
///
/// - Parameter folder: `conformance/agent-protocol` of the shared material, or one of the same format. Transcripts
///   are all other JSON files in it.
/// - Returns: a result for each frame and window, and for each frame of a transcript.
/// - Throws: when a file cannot be read.
package func runMuxVectors(folder: URL) throws -> [CaseResult] {
    let vectors: MuxVectors = try readJSON(at: folder.appending(path: "vectors.json"))
    var results = vectors.frames.map { vector in
        CaseResult(name: "frame \(vector.name)", failure: failure { try vector.check() })
    }
    results += vectors.flowControl.map { vector in
        CaseResult(name: "flow control \(vector.name)", failure: failure { try vector.check() })
    }
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files.sorted(by: { $0.path < $1.path })
    where file.pathExtension == "json" && file.lastPathComponent != "vectors.json" {
        let transcript: MuxTranscript = try readJSON(at: file)
        results += transcript.frames.enumerated().map { index, frame in
            let isWhole = !frame.hex.hasSuffix("...")
            return CaseResult(
                name: "transcript \(transcript.name) frame \(index)",
                failure: failure { try isWhole ? frame.check() : frame.checkHeader() }
            )
        }
    }
    return results
}

private struct MuxVectors: Decodable {
    let frames: [FrameVector]
    let flowControl: [FlowControlVector]

    enum CodingKeys: String, CodingKey {
        case frames
        case flowControl = "flow_control"
    }
}

private struct MuxTranscript: Decodable {
    let name: String
    let frames: [FrameFields]
}

/// What a case expected and did not get.
struct Mismatch: Error, CustomStringConvertible {
    let description: String

    /// - Throws: itself where the two differ.
    static func check<Value: Equatable>(_ what: String, _ found: Value, is expected: Value) throws(Mismatch) {
        guard found != expected else { return }
        throw Mismatch(description: "\(what): expected \(expected), got \(found)")
    }
}

func failure(_ check: () throws -> Void) -> String? {
    do {
        try check()
        return nil
    } catch {
        return "\(error)"
    }
}

// MARK: Flow control

/// A case of `flow_control`.
private struct FlowControlVector: Decodable {
    let name: String
    let window: Int
    /// The window above which a peer loses credit. Ours loses none: the case is run with the credit cut to it.
    let cap: Int?
    let receive: Bool?
    let threshold: Int?
    let events: [[JSONValue]]

    func check() throws {
        if self.receive == true { try self.checkReceiver() } else { try self.checkSender() }
    }

    private func checkSender() throws {
        var window = SendWindow(available: self.window)
        for event in self.events {
            let count = event.dropFirst().first?.integer ?? 0
            switch event.first?.string {
            case "send":
                try Mismatch.check("sent", window.take(upTo: count), is: count)
                try Mismatch.check("window", window.available, is: event[2].integer ?? -1)
            case "credit":
                try window.add(min(count, (self.cap ?? .max) - window.available))
                try Mismatch.check("window", window.available, is: event[2].integer ?? -1)
            case "blocked":
                try Mismatch.check("sent while blocked", window.take(upTo: 1), is: 0)
            case let other:
                throw Mismatch(description: "unknown event \(other ?? "")")
            }
        }
    }

    private func checkReceiver() throws {
        if let threshold = self.threshold {
            try Mismatch.check("threshold", ReceiveWindow.threshold, is: threshold)
        }
        var window = ReceiveWindow(size: self.window)
        for event in self.events {
            let count = event[1].integer ?? 0
            switch event[0].string {
            case "data":
                try Mismatch.check("data \(count)", self.receive(count, in: &window), is: event[2])
            case "consume":
                window.consume(count)
                try Mismatch.check("credit", window.credit(), is: event[2].integer ?? -1)
            case let other:
                throw Mismatch(description: "unknown event \(other ?? "")")
            }
        }
    }

    /// The last column of a `data` event.
    private func receive(_ count: Int, in window: inout ReceiveWindow) -> JSONValue {
        do throws(MuxError) {
            try window.receive(count)
            return .integer(0)
        } catch {
            return .string("RST \(error.code.rawValue)")
        }
    }
}

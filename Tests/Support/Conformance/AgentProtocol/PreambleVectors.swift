import JSON
import AgentProtocol
import Foundation
import NIOCore
import TestSupport

/// Runs `proxy_preambles` of `vectors.json`: written byte for byte, and read however it is cut.
///
/// - Parameter file: the `vectors.json` of an agent-protocol folder.
/// - Returns: a result for each preamble.
/// - Throws: when the file cannot be read.
func runPreambleVectors(file: URL) throws -> [CaseResult] {
    let vectors: PreambleVectors = try readJSON(at: file)
    return vectors.preambles.map { vector in
        do {
            return CaseResult(name: "preamble \(vector.name)", failure: try vector.failure())
        } catch {
            return CaseResult(name: "preamble \(vector.name)", failure: "\(error)")
        }
    }
}

private struct PreambleVectors: Decodable {
    let preambles: [PreambleVector]

    private enum CodingKeys: String, CodingKey {
        case preambles = "proxy_preambles"
    }
}

private struct PreambleVector: Decodable {
    let name: String
    let header: TestSupport.JSONValue
    let hex: String

    /// The stream type comes before the header and is read by whoever takes streams.
    private static let typeLength = 4

    func failure() throws -> String? {
        let expected = try self.expectedHeader()
        let bytes = try [UInt8](hex: self.hex)
        var written = ByteBuffer()
        try expected.writePreamble(into: &written)
        let hex = Array(written.readableBytesView).hex
        guard hex == self.hex else { return "expected \(self.hex), wrote \(hex)" }
        for seed in UInt64(0)..<16 {
            var random = SeededGenerator(seed: seed)
            let pieces = random.pieces(of: Array(bytes.dropFirst(Self.typeLength)))
            guard try Self.read(pieces) == expected else { return "read differently when cut by seed \(seed)" }
        }
        return nil
    }

    private func expectedHeader() throws -> ProxyHeader {
        ProxyHeader(
            bindID: try self.header.requiredString("Id"),
            clientAddress: try self.header.requiredString("ClientAddr"),
            proto: try self.header.requiredString("Proto"),
            edgeType: try self.header.requiredString("EdgeType"),
            passesTLSThrough: self.header["PassthroughTLS"]?.bool ?? false
        )
    }

    private static func read(_ pieces: [[UInt8]]) throws -> ProxyHeader? {
        var reader = ProxyHeaderReader()
        var found: ProxyHeader?
        for piece in pieces {
            var buffer = ByteBuffer(bytes: piece)
            if found == nil { found = try reader.read(from: &buffer) }
        }
        return found
    }
}

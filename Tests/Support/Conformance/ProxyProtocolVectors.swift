import Addressing
package import Foundation
import NIOCore
import Preamble
import TestSupport

/// Runs the `proxy-protocol` suite: every header is given at once and byte by byte.
///
/// - Parameter folder: where its `vectors.json` lies.
/// - Returns: a result for each case, in the order of the file.
/// - Throws: when the file cannot be read.
package func runProxyProtocolVectors(folder: URL) throws -> [CaseResult] {
    try VectorFile(in: folder).results { vector in
        let input = try [UInt8](base64: vector.requiredString("input_b64"))
        let whole = ProxyProtocolOutcome(of: [input])
        let bytewise = ProxyProtocolOutcome(of: input.map { [$0] })
        guard whole == bytewise else { return "at once: \(whole); byte by byte: \(bytewise)" }
        return try whole.difference(from: vector)
    }
}

/// What becomes of a connection that begins with the bytes of a case and then ends.
private enum ProxyProtocolOutcome: Equatable, CustomStringConvertible {
    case accepted(ProxyProtocolHeader, rest: [UInt8])
    case rejected(ProxyProtocolError)
    /// The connection ended before the header was whole, which is a rejection too.
    case cutOff

    init(of pieces: [[UInt8]]) {
        var buffer = ByteBuffer()
        var header: ProxyProtocolHeader?
        for piece in pieces {
            buffer.writeBytes(piece)
            do throws(ProxyProtocolError) {
                if header == nil { header = try ProxyProtocolHeader.read(from: &buffer) }
            } catch {
                self = .rejected(error)
                return
            }
        }
        self = header.map { .accepted($0, rest: Array(buffer.readableBytesView)) } ?? .cutOff
    }

    var description: String {
        switch self {
        case .accepted(let header, let rest):
            "accepted \(header.route.map { "\($0.source) to \($0.destination)" } ?? "without addresses"), rest \(rest.hex)"
        case .rejected(let error): "rejected as \(error)"
        case .cutOff: "rejected as cut off"
        }
    }

    func difference(from vector: JSONValue) throws -> String? {
        let expected = try vector.requiredString("expect")
        guard case .accepted(let header, let rest) = self else {
            return expected == "accept" ? "expected accept, \(self)" : nil
        }
        guard expected != "reject" else { return "expected reject, \(self)" }
        if let source = vector["src"], source.string != header.route.map({ "\($0.source)" }) {
            return "expected source \(source.string ?? "none"), \(self)"
        }
        if let destination = vector["dst"], destination.string != header.route.map({ "\($0.destination)" }) {
            return "expected destination \(destination.string ?? "none"), \(self)"
        }
        if let text = vector["rest_b64"]?.string, try [UInt8](base64: text) != rest {
            return "expected rest \(text), \(self)"
        }
        return Self.difference(of: header.values, from: vector["tlvs"]?.object ?? [:])
    }

    private static func difference(of values: [ProxyProtocolHeader.TypedValue], from expected: [String: JSONValue])
        -> String?
    {
        for (type, value) in expected {
            let found = values.first { "\($0.type)" == type }
            guard let found, value.string == String(decoding: found.value, as: UTF8.self) else {
                return "expected value \(value.string ?? "?") of type \(type), found \(values)"
            }
        }
        return nil
    }
}

import Foundation
import TestSupport

/// A file of published cases: `{"vectors": [{"id": …, …}]}`.
struct VectorFile: Decodable {
    let vectors: [JSONValue]

    /// Reads `vectors.json` of `folder`.
    ///
    /// - Throws: when it cannot be read, or has no cases: a suite without cases has shown nothing.
    init(in folder: URL) throws {
        let file = folder.appending(path: "vectors.json", directoryHint: .notDirectory)
        self = try readJSON(at: file)
        guard !self.vectors.isEmpty else { throw UnreadableFile(file: file.path, reason: "it has no cases") }
    }

    private enum CodingKeys: CodingKey {
        case vectors
    }

    /// The result of `check` for each case, which returns nil when the case passes.
    func results(_ check: (JSONValue) throws -> String?) -> [CaseResult] {
        self.vectors.enumerated().map { index, vector in
            let name = vector["id"]?.string ?? "case \(index)"
            do {
                return CaseResult(name: name, failure: try check(vector))
            } catch {
                return CaseResult(name: name, failure: "\(error)")
            }
        }
    }
}

/// A case whose fields are not those that its suite describes.
struct MalformedCase: Error, CustomStringConvertible {
    let field: String

    var description: String { "the case lacks a usable \"\(self.field)\"" }
}

extension JSONValue {
    /// The text of the member `name`, which the case must have.
    func requiredString(_ name: String) throws -> String {
        guard let value = self[name]?.string else { throw MalformedCase(field: name) }
        return value
    }

    /// The member `name`, a list of texts, which the case must have.
    func requiredStrings(_ name: String) throws -> [String] {
        guard let values = self[name]?.array else { throw MalformedCase(field: name) }
        return try values.map {
            guard let value = $0.string else { throw MalformedCase(field: name) }
            return value
        }
    }
}

/// Nil when `found` is what was expected; otherwise both.
func mismatch(expected: some CustomStringConvertible, found: some CustomStringConvertible) -> String? {
    let (expected, found) = ("\(expected)", "\(found)")
    return expected == found ? nil : "expected \(expected), found \(found)"
}

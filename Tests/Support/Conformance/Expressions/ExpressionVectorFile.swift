import Foundation
import TestSupport

/// A section of the published expressions: `<file>.<section>.json`, of the form that the README beside it describes.
struct ExpressionVectorFile {
    let cases: [ExpressionCase]

    /// - Throws: when the file is not of the form; a single case that isn't fails when it is run.
    init(at file: URL) throws {
        let document: JSONValue = try readJSON(at: file)
        let members = try document.members(
            of: "the file",
            required: ["schema", "source", "file", "section", "tier", "cases"]
        )
        guard members["schema"]?.integer == 1 else { throw UnknownForm("the schema is not 1") }
        guard let tier = members["tier"]?.integer, (1...2).contains(tier) else {
            throw UnknownForm("the tier is neither 1 nor 2")
        }
        _ = try (document.requiredString("file"), document.requiredString("section"))
        guard members["source"]?.object != nil else { throw MalformedCase(field: "source") }
        guard let cases = members["cases"]?.array, !cases.isEmpty else { throw MalformedCase(field: "cases") }
        self.cases = try cases.map { ExpressionCase(id: try $0.requiredString("id"), json: $0) }
    }
}

/// What stands in a file of cases and is not of its form.
struct UnknownForm: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension JSONValue {
    /// The members of an object that has each of `required`, and beyond them only some of `optional`.
    func members(
        of what: String,
        required: Set<String>,
        optional: Set<String> = []
    ) throws(UnknownForm) -> [String: JSONValue] {
        guard let members = self.object else { throw UnknownForm("\(what) is no object") }
        if let missing = required.subtracting(members.keys).min() {
            throw UnknownForm("\(what) has no \"\(missing)\"")
        }
        if let unknown = Set(members.keys).subtracting(required).subtracting(optional).min() {
            throw UnknownForm("\(what) has the unknown key \"\(unknown)\"")
        }
        return members
    }
}

import Foundation

extension Value {
    /// What stands in a text for the value: an interpolation `${...}`, a part of a key. Lists and maps are JSON, null is
    /// nothing, bytes are their UTF-8 or else base64.
    ///
    /// - Throws: for a type and for an optional without a value, and where the text grows over the run's bound.
    package func text(_ run: Evaluation) throws(EvaluationError) -> String {
        switch self {
        case .string(let text): return text
        case .null: return ""
        case .bool(let bool): return bool ? "true" : "false"
        case .int(let int): return "\(int)"
        case .uint(let uint): return "\(uint)"
        case .double(let double): return NumberText.text(double)
        case .bytes(let bytes):
            try run.charge(bytes: bytes.count)
            return String(validating: bytes, as: UTF8.self) ?? Data(bytes).base64EncodedString()
        case .timestamp(let timestamp): return timestamp.text
        case .duration(let span): return span.text
        case .list, .map: return try JSONText.encode(self, run)
        case .optional(let box):
            guard let wrapped = box.wrapped else {
                throw EvaluationError(.invalidArgument("there is no text for an optional without a value"))
            }
            return try wrapped.text(run)
        case .type(let name):
            throw EvaluationError(.invalidArgument("there is no text for a type, such as \(name.rawValue)"))
        }
    }
}

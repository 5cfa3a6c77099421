package import JSON
package import Model

/// How the API answers that something went wrong (`spec/api.md` 1.1).
package enum ErrorBody {
    /// `operation` names the call, so that its lines in the log are found.
    package static func json(_ failure: Failure, operation: ResourceID<OperationKind>) -> JSONObject {
        [
            "error_code": .string(failure.code.wireName),
            "status_code": .integer(Int64(failure.code.httpStatus)),
            "msg": .string("\(failure.message) \(failure.code.remedy)"),
            "details": ["operation_id": .string(operation.text)],
        ]
    }
}

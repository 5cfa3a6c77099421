import Expression
import Federation
import JSON
import Model
import TrafficPolicy

/// A token that a request carries.
struct FoundToken {
    let token: SignedToken
    let place: TokenPlace
    var isVerified = false

    fileprivate var value: Value {
        let payload = (try? self.token.claims()).map { Value(.object($0)) } ?? .map(LiteralMap(members: []))
        return .map(
            LiteralMap(members: [
                ("header", Value(.object(self.token.header))), ("location", .string(self.place.place.rawValue)),
                ("location_property", .string(self.place.name)), ("payload", payload),
                ("signature", .string(self.token.signatureText)), ("verified", .bool(self.isVerified)),
            ])
        )
    }
}

/// What `jwt-validation` leaves behind.
enum TokenResults {
    private static let tokens = ResultSlot(.jwtValidation, "jwt_validation.tokens")
    private static let code = ResultSlot(.jwtValidation, "jwt_validation.error.code")
    private static let message = ResultSlot(.jwtValidation, "jwt_validation.error.message")

    static func publish(_ found: [FoundToken], _ failure: Failure?, on exchange: Exchange) {
        var values: [(slot: ResultSlot, value: Value)] = [(Self.tokens, .list(found.map(\.value)))]
        if let failure {
            values.append((Self.code, .string(failure.code.wireName)))
            values.append((Self.message, .string(failure.message)))
        }
        exchange.publish(.jwtValidation, values)
    }
}

extension Value {
    /// A value as `decodeJson` gives it: numbers are doubles.
    fileprivate init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .integer, .number: self = .double(json.double ?? .nan)
        case .string(let text): self = .string(text)
        case .array(let values): self = .list(values.map { Value($0) })
        case .object(let object):
            self = .map(LiteralMap(members: object.members.map { (name: $0.key, value: Value($0.value)) }))
        }
    }
}

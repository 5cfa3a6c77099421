import Foundation

extension StandardLibrary {
    /// Random numbers, new ones at each evaluation, and credentials.
    static let chance: [FunctionDeclaration] = [
        FunctionDeclaration(
            "rand.double",
            summary: "A random double of at least 0 and less than 1.",
            examples: ["rand.double() < 1.0"],
            overloads: [Overload(method: false, [], .double, isPure: false, .calling(Chance.double))]
        ),
        FunctionDeclaration(
            "rand.int",
            summary: "A random int of a range, both ends included; 0 or 1 without one.",
            examples: ["rand.int() in [0, 1]", "rand.int(5, 5) == 5"],
            overloads: [
                Overload(method: false, [], .int, isPure: false, .calling(Chance.bit)),
                Overload(method: false, [.int, .int], .int, isPure: false, .calling(Chance.int)),
            ]
        ),
        FunctionDeclaration(
            "basic_auth.encode",
            summary: "The value of an `Authorization` field for a user and a password.",
            examples: ["basic_auth.encode('user', 'pass') == 'Basic dXNlcjpwYXNz'"],
            overloads: [.function(Chance.basicAuth)]
        ),
    ]
}

private enum Chance {
    static func double(_: Evaluation) throws(EvaluationError) -> Double { Double.random(in: 0..<1) }

    static func bit(_: Evaluation) throws(EvaluationError) -> Int64 { Int64.random(in: 0...1) }

    static func int(_ least: Int64, _ greatest: Int64, _: Evaluation) throws(EvaluationError) -> Int64 {
        guard least >= 0, least <= greatest else {
            throw .invalid("rand.int: \(least) to \(greatest) is no range of numbers from 0 on")
        }
        return Int64.random(in: least...greatest)
    }

    static func basicAuth(_ user: String, _ password: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.admit(bytes: (user.utf8.count + password.utf8.count) * 2)
        return "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }
}

import Addressing
package import Foundation
import TestSupport

/// Runs the `ip` suite: addresses, prefixes, lists, what may be fetched, whose request it is.
///
/// - Parameter folder: where its `vectors.json` lies.
/// - Returns: a result for each case, in the order of the file.
/// - Throws: when the file cannot be read.
package func runIPVectors(folder: URL) throws -> [CaseResult] {
    try VectorFile(in: folder).results { vector in
        switch try vector.requiredString("kind") {
        case "parse": try IPCase.parse(vector)
        case "match": try IPCase.match(vector)
        case "list": try IPCase.list(vector)
        case "ssrf": try IPCase.publicAddress(vector)
        case "ssrf-url": try IPCase.publicURL(vector)
        case "xff": try IPCase.forwardedFor(vector)
        case let kind: "kind \"\(kind)\" is not known"
        }
    }
}

/// One function for each kind of case; nil when it passes.
private enum IPCase {
    static func parse(_ vector: JSONValue) throws -> String? {
        guard let isValid = vector["valid"]?.bool else { throw MalformedCase(field: "valid") }
        let text = try vector.requiredString("input")
        let prefix: IPPrefix
        do throws(IPAddressError) {
            prefix = try IPPrefix(parsing: text)
        } catch {
            return isValid ? "refused: \(error)" : nil
        }
        guard isValid else { return "accepted as \(prefix)" }
        guard let masked = vector["masked"]?.string else {
            return prefix.hadHostBits ? "masked to \(prefix), which was not expected" : nil
        }
        guard prefix.hadHostBits else { return "accepted without a warning of its host bits" }
        return mismatch(expected: masked, found: prefix)
    }

    static func match(_ vector: JSONValue) throws -> String? {
        guard let expected = vector["match"]?.bool else { throw MalformedCase(field: "match") }
        let prefix = try IPPrefix(parsing: vector.requiredString("cidr"))
        let address = try IPAddress(parsingIgnoringZone: vector.requiredString("ip"))
        return mismatch(expected: expected, found: prefix.contains(address))
    }

    static func list(_ vector: JSONValue) throws -> String? {
        var allowed: [IPPrefix] = []
        var denied: [IPPrefix] = []
        for rule in vector["rules"]?.array ?? [] {
            guard let word = rule.array?.first?.string, let text = rule.array?.last?.string else {
                throw MalformedCase(field: "rules")
            }
            let prefix = try IPPrefix(parsing: text)
            if word == "deny" { denied.append(prefix) } else { allowed.append(prefix) }
        }
        guard let otherwise = IPAccessList.Decision(rawValue: try vector.requiredString("default")) else {
            throw MalformedCase(field: "default")
        }
        let list = IPAccessList(allowed: allowed, denied: denied, otherwise: otherwise)
        let decision = list.decision(for: try IPAddress(parsingIgnoringZone: vector.requiredString("ip")))
        return try mismatch(expected: vector.requiredString("decision"), found: decision.rawValue)
    }

    static func publicAddress(_ vector: JSONValue) throws -> String? {
        let address = try IPAddress(parsingIgnoringZone: vector.requiredString("ip"))
        let found = address.specialPurpose.map { "blocked (\($0.rawValue))" } ?? "public"
        let expected = try vector.requiredString("expect")
        return found.hasPrefix(expected) ? nil : "expected \(expected), found \(found)"
    }

    static func publicURL(_ vector: JSONValue) throws -> String? {
        let rules = OutboundRules(schemes: ["http", "https"], ports: [80, 443, 8080, 8443])
        let expected = try vector.requiredString("expect")
        let text = try vector.requiredString("url")
        let found: String
        do throws(OutboundURLError) {
            let url = try OutboundURL(parsing: text, rules: rules)
            // A case may say what the name resolves to; one that does not is about the text alone.
            if let resolved = vector["resolves"]?.array {
                let addresses = resolved.compactMap { $0.string.flatMap { IPAddress(textBytes: $0.utf8) } }
                _ = try url.checked(addresses, by: rules)
            }
            found = "public"
        } catch {
            found = "blocked (\(error))"
        }
        return found.hasPrefix(expected) ? nil : "expected \(expected), found \(found)"
    }

    static func forwardedFor(_ vector: JSONValue) throws -> String? {
        let client = ForwardedFor.client(
            peer: try IPAddress(parsingIgnoringZone: vector.requiredString("peer")),
            fields: try vector.requiredStrings("x_forwarded_for").map { Array($0.utf8) },
            trusted: try vector.requiredStrings("trusted").map { try IPPrefix(parsing: $0) }
        )
        return try mismatch(expected: vector.requiredString("client"), found: client)
    }
}

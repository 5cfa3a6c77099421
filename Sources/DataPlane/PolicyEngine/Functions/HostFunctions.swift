import Expression
import Model
import TrafficPolicy

/// How the functions work that ask about the exchange (`spec/expressions.md` 7.1).
enum HostFunctions {
    /// Those that an expression of `phase` may call.
    static func all(in phase: PolicyPhase) -> [FunctionDeclaration] {
        HostFunction.allCases.filter { $0.phases.contains(phase) }.map { $0.declaration(self.implementation(of: $0)) }
    }

    private static func implementation(of function: HostFunction) -> Implementation {
        switch function {
        case .requestHeader: self.asking { .list($0.request.head.policyValues($1.lowercasedASCII)) }
        case .hasRequestHeader: self.asking { .bool($0.request.head.contains($1.lowercasedASCII)) }
        case .requestCookie: self.asking { $0.requestCookie(named: $1) }
        case .hasRequestCookie: self.asking { .bool($0.requestCookies.contains($1)) }
        case .queryParameter: self.asking { .list($0.queryParameters[$1]) }
        case .hasQueryParameter: self.asking { .bool($0.queryParameters.contains($1)) }
        case .responseHeader: self.asking { .list($0.response.head.policyValues($1.lowercasedASCII)) }
        case .hasResponseHeader: self.asking { .bool($0.response.head.contains($1.lowercasedASCII)) }
        case .responseCookie: self.asking { $0.responseCookies[$1].first ?? ResponseCookie.absent.record }
        case .hasResponseCookie: self.asking { .bool($0.responseCookies.contains($1)) }
        case .secret: .binary(self.secret)
        }
    }

    /// A function of one text, about the exchange.
    private static func asking(_ body: @escaping @Sendable (Exchange, String) -> Value) -> Implementation {
        .unary { (argument: Value, run: Evaluation) throws(EvaluationError) -> Value in
            let exchange = try run.exchange
            return body(exchange, try self.text(argument))
        }
    }

    private static func text(_ argument: Value) throws(EvaluationError) -> String {
        guard case .string(let text) = argument else {
            throw EvaluationError(.noSuchOverload("a name is a string, not \(argument.typeName.rawValue)"))
        }
        return text
    }

    private static func secret(_ vault: Value, _ name: Value, _ run: Evaluation) throws(EvaluationError) -> Value {
        let (vault, name) = (try self.text(vault), try self.text(name))
        let exchange = try run.exchange
        let answer = exchange.loop.services.secrets?
            .secret(named: name, inVault: vault, of: exchange.endpoint.account)
        switch answer ?? .unknownVault {
        case .found(let secret):
            let text = secret.reveal()
            exchange.noteSecret(text)
            return .string(text)
        case .unknownVault: throw EvaluationError(.host("there is no vault \"\(vault)\""))
        case .unknownSecret: throw EvaluationError(.host("there is no secret \"\(name)\" in the vault \"\(vault)\""))
        }
    }
}

extension Exchange {
    /// The first cookie of this name, with all members of a response's cookie, so that `.secure` reads as false.
    fileprivate func requestCookie(named name: String) -> Value {
        guard case .map(let cookie)? = self.requestCookies[name].first,
            case .string(let value)? = cookie.value(forKey: .string("value"))
        else { return ResponseCookie.absent.record }
        return ResponseCookie(name: name, value: value).record
    }
}

extension ExchangeHead {
    /// The values of a field as expressions see them. HTTP/2 may split one Cookie field into crumbs (RFC 9113 §8.2.3).
    fileprivate func policyValues(_ name: String) -> [Value] {
        let values = self.values(name)
        if values.count > 1, name == "cookie" { return [.string(values.joined(separator: "; "))] }
        return values.map(Value.string)
    }
}

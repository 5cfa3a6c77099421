import Addressing

extension StandardLibrary {
    /// IP addresses in ranges.
    static let networks: [FunctionDeclaration] = [
        FunctionDeclaration(
            "inCidrRange",
            summary: "Whether an IP address lies in a range; not so where either is none.",
            examples: ["inCidrRange('10.1.2.3', '10.0.0.0/8')", "!inCidrRange('2001:db8::1', '10.0.0.0/8')"],
            overloads: [
                Overload(
                    method: false,
                    [.string, .string],
                    .bool,
                    specialization: Networks.one,
                    .calling(Networks.isInRange)
                )
            ]
        ),
        FunctionDeclaration(
            "inCidrRanges",
            summary: "Whether an IP address lies in one of several ranges; what is no range is passed over.",
            examples: ["inCidrRanges('192.168.7.7', ['10.0.0.0/8', '192.168.0.0/16'])"],
            overloads: [
                Overload(
                    method: false,
                    [.string, .list(.string)],
                    .bool,
                    specialization: Networks.many,
                    .calling(Networks.isInRanges)
                )
            ]
        ),
        FunctionDeclaration(
            "isPrivateIp",
            summary: "Whether the string is an IPv4 address of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
            examples: ["'192.168.0.1'.isPrivateIp()", "!'127.0.0.1'.isPrivateIp()", "!'fc00::1'.isPrivateIp()"],
            overloads: [.method(Networks.isPrivate)]
        ),
    ]
}

private enum Networks {
    static func isInRange(_ address: String, _ range: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(2)
        guard let range = self.prefix(range) else { return false }
        return self.contains([range], address, run)
    }

    static func isInRanges(_ address: String, _ ranges: [Value], _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(2 * ranges.count)
        return self.contains(self.prefixes(ranges), address, run)
    }

    static func isPrivate(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        guard let address = run.address(text)?.v4 else { return false }
        return address >> 24 == 10 || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8
    }

    /// With a range that was read when the plan was made.
    static func one(_ constants: [Value?]) throws(EvaluationError) -> Implementation? {
        guard constants.count == 2, case .string(let range)? = constants[1] else { return nil }
        return self.calling([range].compactMap(self.prefix))
    }

    static func many(_ constants: [Value?]) throws(EvaluationError) -> Implementation? {
        guard constants.count == 2, case .list(let ranges)? = constants[1] else { return nil }
        return self.calling(self.prefixes(ranges))
    }

    private static func calling(_ prefixes: [IPPrefix]) -> Implementation {
        .calling { (address: String, _: Value, run: Evaluation) throws(EvaluationError) -> Bool in
            try run.charge(1 + prefixes.count / 4)
            return self.contains(prefixes, address, run)
        }
    }

    private static func contains(_ prefixes: [IPPrefix], _ text: String, _ run: Evaluation) -> Bool {
        guard let address = run.address(text) else { return false }
        return prefixes.contains { $0.contains(address) }
    }

    private static func prefixes(_ ranges: [Value]) -> [IPPrefix] {
        ranges.compactMap { range in
            if case .string(let text) = range { self.prefix(text) } else { nil }
        }
    }

    private static func prefix(_ text: String) -> IPPrefix? {
        // What isn't a range contains nothing, as the language says; why it isn't one doesn't matter.
        try? IPPrefix(parsing: text)
    }
}

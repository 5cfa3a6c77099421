/// RSA keys that can be factored, by the mark that they bear: a library of smart cards made their primes as powers of 65537
/// in a small group (CVE-2017-15361, "ROCA").
enum FactorableModulus {
    private static let generator = 65537
    /// The odd ones of which the library's group was made, for its shortest keys; those of longer keys have them, too.
    private static let primes = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// Whether the modulus is a power of 65537 to each of the primes, as one of a hundred million others is.
    ///
    /// - Parameter modulus: the most significant byte first.
    /// - Returns: true for keys that nobody should trust.
    static func hasMark(_ modulus: [UInt8]) -> Bool {
        Self.primes.allSatisfy { prime in
            let rest = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
            return Self.isPower(rest, to: prime)
        }
    }

    private static func isPower(_ rest: Int, to prime: Int) -> Bool {
        var power = 1
        // The group has fewer elements than the prime.
        for _ in 0..<prime {
            if power == rest { return true }
            power = power * Self.generator % prime
        }
        return false
    }
}

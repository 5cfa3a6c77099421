/// The system's source of chance, which is fit for secrets, as a generator that takes up memory.
///
/// `SystemRandomNumberGenerator` takes up none, and the thread sanitizer of Swift 6.3 ends a program that passes such a
/// value on.
struct SystemRandom: RandomNumberGenerator {
    private var draws: UInt64 = 0

    mutating func next() -> UInt64 {
        self.draws &+= 1
        return UInt64.random(in: .min ... .max)
    }
}

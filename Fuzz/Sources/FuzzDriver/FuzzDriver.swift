#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What libFuzzer calls for each input. Returns 0; a wrong input is reported by trapping.
package typealias FuzzBody = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: FuzzBody
) -> CInt

/// Runs libFuzzer with the arguments of this process: options and folders of inputs, or files to try once.
package func runFuzzer(_ body: FuzzBody) -> CInt {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    return runDriver(&count, &arguments, body)
}

/// The bytes of one input, and where to cut them: the cuts come out of the input itself, so that a failure repeats.
package struct FuzzInput {
    package let bytes: [UInt8]
    /// Lengths of pieces, one after the other, around again when they run out; at least 1 each.
    private let cuts: [Int]

    /// The first byte says how many of the following ones are lengths of pieces.
    package init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        let all = Array(UnsafeBufferPointer(start: start, count: count))
        let cutCount = min(Int(all.first ?? 0) & 7, max(all.count - 1, 0))
        self.cuts = all.dropFirst().prefix(cutCount).map { Int($0) + 1 }
        self.bytes = Array(all.dropFirst(1 + cutCount))
    }

    /// The bytes in pieces.
    package var pieces: [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = self.bytes[...]
        while !rest.isEmpty {
            let length = self.cuts.isEmpty ? rest.count : self.cuts[pieces.count % self.cuts.count]
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}

/// What must hold for every input. When it doesn't, `words` are printed and the process ends as libFuzzer expects of a
/// failure; `precondition` would end it without a word in an optimised build.
package func claim(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { failClaim(words()) }
}

package func failClaim(_ words: String) -> Never {
    _ = "broken claim: \(words)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
    abort()
}

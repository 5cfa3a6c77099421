import Foundation
import FuzzTargets

/// Shows inputs to a fuzz target, each once, without the fuzzer: `fuzz-inputs TARGET FILE…`.
@main enum FuzzInputs {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.first, let target = FuzzTargets.all[name] else {
            let names = FuzzTargets.all.keys.sorted().joined(separator: " ")
            FileHandle.standardError.write(Data("usage: fuzz-inputs TARGET FILE...\ntargets: \(names)\n".utf8))
            exit(2)
        }
        for path in arguments.dropFirst() {
            target.check(FuzzInput(try Data(contentsOf: URL(filePath: path))))
        }
    }
}

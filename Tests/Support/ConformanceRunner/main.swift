import Foundation

let exitCode = Runner.run(Array(CommandLine.arguments.dropFirst()))
exit(exitCode)

import Expression
import TrafficPolicy

/// The functions that ask about the exchange (`spec/expressions.md` 7.1).
enum HostFunctions {
    static func all(in phase: PolicyPhase) -> [FunctionDeclaration] { [] }
}

/// A variable that the host offers to expressions.
package struct VariableDeclaration: Sendable, Hashable {
    /// Dotted where it stands in a namespace: `req.url.path`. A name may be a variable and a namespace of others at once.
    package let name: String
    /// The type of its values, which the checker relies on and each reading is held to; `dyn` for any.
    package let type: ExpressionType
    /// What the host knows it by: ``Variables/value(inSlot:)`` is asked for this number.
    package let slot: Int

    package init(_ name: String, _ type: ExpressionType, slot: Int) {
        self.name = name
        self.type = type
        self.slot = slot
    }
}

package jenkins

import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.Parameter
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.classgen.VariableScopeVisitor
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer

/** Puts a call of `__probe` with all locals before every statement that CPS runs, and `__iterable` around what loops run over. */
class Probe extends CompilationCustomizer {
    Probe() {
        super(CompilePhase.CANONICALIZATION)
    }

    void call(SourceUnit source, GeneratorContext context, ClassNode node) {
        for (MethodNode method in node.methods) {
            if (method.code != null && !method.isStatic() && !method.isSynthetic() && !nonCps(method)) {
                statement(method.code, names(method.parameters))
            }
        }
        new VariableScopeVisitor(source, true).visitClass(node)
    }

    static boolean nonCps(MethodNode method) {
        return method.annotations.any { it.classNode.nameWithoutPackage == 'NonCPS' }
    }

    private static List<String> names(Parameter[] parameters) {
        return parameters == null ? [] : parameters*.name
    }

    /** Probes what is inside a statement; `scope` are the locals that it sees. */
    private void statement(Statement statement, List<String> scope) {
        if (statement instanceof BlockStatement) {
            block(statement, scope)
        } else if (statement instanceof IfStatement) {
            closures(statement.booleanExpression, scope)
            this.statement(statement.ifBlock, scope)
            this.statement(statement.elseBlock, scope)
        } else if (statement instanceof ForStatement) {
            loop(statement, scope)
        } else if (statement instanceof WhileStatement) {
            closures(statement.booleanExpression, scope)
            this.statement(statement.loopBlock, scope)
        } else if (statement instanceof TryCatchStatement) {
            this.statement(statement.tryStatement, scope)
            statement.catchStatements.each { this.statement(it.code, scope + it.variable.name) }
            this.statement(statement.finallyStatement, scope)
        } else if (statement instanceof ExpressionStatement || statement instanceof ReturnStatement) {
            closures(statement.expression, scope)
        } else if (statement instanceof ThrowStatement) {
            closures(statement.expression, scope)
        } else if (!(statement instanceof EmptyStatement || statement instanceof ContinueStatement || statement instanceof BreakStatement)) {
            throw new IllegalStateException("the probe does not know ${statement.class.simpleName} (line ${statement.lineNumber})")
        }
    }

    private void block(BlockStatement block, List<String> scope) {
        List<String> seen = scope.clone() as List
        List<Statement> probed = []
        for (Statement inner in block.statements) {
            if (inner.lineNumber > 0) {
                probed << probe(inner, seen)
            }
            statement(inner, seen)
            probed << inner
            if (inner instanceof ExpressionStatement && inner.expression instanceof DeclarationExpression) {
                Expression left = inner.expression.leftExpression
                seen.addAll(left instanceof VariableExpression ? [left.name] : left.expressions*.name)
            }
        }
        block.statements.clear()
        block.statements.addAll(probed)
    }

    private void loop(ForStatement loop, List<String> scope) {
        List<String> seen = scope.clone() as List
        if (loop.collectionExpression instanceof ClosureListExpression) {
            for (Expression part in loop.collectionExpression.expressions) {
                closures(part, scope)
                if (part instanceof DeclarationExpression) {
                    seen << part.leftExpression.name
                }
            }
        } else {
            closures(loop.collectionExpression, scope)
            loop.collectionExpression = new MethodCallExpression(VariableExpression.THIS_EXPRESSION, '__iterable',
                new ArgumentListExpression(new ConstantExpression(loop.lineNumber), loop.collectionExpression))
            seen << loop.variable.name
        }
        statement(loop.loopBlock, seen)
    }

    /** Probes the bodies of the closures in an expression. */
    private void closures(Expression expression, List<String> scope) {
        Probe probe = this
        expression.visit(new CodeVisitorSupport() {
            @Override
            void visitClosureExpression(ClosureExpression closure) {
                probe.statement(closure.code, scope + names(closure.parameters))
            }
        })
    }

    private static Statement probe(Statement before, List<String> scope) {
        MapExpression locals = new MapExpression(scope.collect {
            new MapEntryExpression(new ConstantExpression(it), new VariableExpression(it))
        })
        return new ExpressionStatement(new MethodCallExpression(VariableExpression.THIS_EXPRESSION, '__probe',
            new ArgumentListExpression(new ConstantExpression(before.lineNumber), locals)))
    }
}

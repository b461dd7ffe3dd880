"""数据库迁移 (database migrations), run by Alembic."""

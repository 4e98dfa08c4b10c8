"""settled doubles"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('told_apart',
    sa.Column('first_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('second_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['first_id'], ['members.id'], name=op.f('fk_told_apart_first_id_members'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['members.id'], name=op.f('fk_told_apart_second_id_members'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('first_id', 'second_id', name=op.f('pk_told_apart'))
    )
    op.create_index(op.f('ix_told_apart_second_id'), 'told_apart', ['second_id'])
    op.create_table('merged_people',
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_merged_people_member_id_members'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_merged_people'))
    )
    op.create_index(op.f('ix_merged_people_member_id'), 'merged_people', ['member_id'])


def downgrade() -> None:
    op.drop_table('merged_people')
    op.drop_table('told_apart')
